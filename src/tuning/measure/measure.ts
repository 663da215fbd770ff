/**
 * Times a norm in turn with a copy kernel that moves the same bytes, in one run: machines drift, but the ratio of
 * neighbouring readings is stable. Reports medians over the rounds, with quartiles. The data are random.
 */
import type { Program } from "../../program/program.ts";
import { chainOf } from "./chain.ts";
import { chooseClock } from "./choose-clock.ts";
import { type ClockName, wallClock } from "./clock.ts";
import { copyKernel } from "./copy.ts";
import { slopes } from "./slope.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { prepareTimedNorm, type TimedNormOptions } from "./timed-norm.ts";

export interface Measurement {
  /** The minimum traffic: each input is read once and each output is written once. */
  readonly bytes: number;
  readonly ms: Spread;
  readonly copyMs: Spread;
  readonly dispatches: number;
  readonly variant: string;
  readonly clock: ClockName;
}

export interface MeasureOptions extends TimedNormOptions {
  readonly rounds: number;
  /** On a software adapter timestamps are not used: the processor and the device are the same. */
  readonly software: boolean;
  /** Called before each step with its name. There are `rounds` + 2 steps. */
  readonly onStep?: (what: string) => void;
}

/** @throws NormError if the dims do not fit the norm or the device. */
export async function measure(
  device: GPUDevice,
  program: Program,
  options: MeasureOptions,
): Promise<Measurement> {
  const step = options.onStep ?? (() => undefined);
  step("compiling pipelines");
  const timedNorm = await prepareTimedNorm(device, program, options);
  try {
    const copy = await copyKernel(device, timedNorm.bytes);
    try {
      step("warming up");
      const clock = options.software ? wallClock(device) : await chooseClock(device);
      const nextCopy = await slopes(chainOf(clock, copy.record));
      const next = await slopes(chainOf(clock, timedNorm.record));
      const times: number[] = [];
      const copies: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        step(`round ${round + 1} of ${options.rounds}`);
        copies.push(await nextCopy());
        times.push(await next());
      }
      return {
        bytes: timedNorm.bytes,
        ms: spreadOf(times),
        copyMs: spreadOf(copies),
        dispatches: timedNorm.norm.dispatches.length,
        variant: timedNorm.variant,
        clock: clock.name,
      };
    } finally {
      copy.destroy();
    }
  } finally {
    timedNorm.destroy();
  }
}
