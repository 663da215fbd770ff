/**
 * Timing a norm beside a copy kernel that moves the same bytes, in turn, in one run: machines drift, and a ratio of
 * neighbours holds. Medians over rounds, with the quartiles. Data are random.
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
  /** What must move at least: each input read once, each output written once. */
  readonly bytes: number;
  readonly ms: Spread;
  readonly copyMs: Spread;
  readonly dispatches: number;
  readonly variant: string;
  readonly clock: ClockName;
}

export interface MeasureOptions extends TimedNormOptions {
  readonly rounds: number;
  /** Timestamps are worth a look only where the processor and the device are two. */
  readonly software: boolean;
  /** Hears what is about to be done: there are `rounds` + 2 such steps. */
  readonly onStep?: (what: string) => void;
}

/** @throws NormError where the dims do not fit the norm or the device. */
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
