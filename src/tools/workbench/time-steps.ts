/** A training step: a forward and a backward pass, with the saved tensors between them. */

import { resolveDtypes } from "../../runtime/shapes/element-types.ts";
import { resolveShapes } from "../../runtime/shapes/shapes.ts";
import { chooserOf } from "../../tuning/file/choices.ts";
import type { Choices } from "../../tuning/file/tuning-file.ts";
import { type Feeds, randomFeeds } from "../../tuning/measure/random-feeds.ts";
import { median } from "../../tuning/measure/spread.ts";
import { startStopwatch } from "../../tuning/trial/stopwatch.ts";
import { makeTrialBuffers, type SizedProgram } from "../../tuning/trial/trial-buffers.ts";

/** A program with its variants. */
export interface Pass {
  readonly sized: SizedProgram;
  readonly choices: Choices;
}

export interface Step {
  readonly forward: Pass;
  readonly backward: Pass;
}

/**
 * The feeds of a backward pass: the tensors that the forward pass read, wrote and saved, and random cotangents. The
 * oracle knows nothing of saved tensors, so comparing with it shows whether the right values were saved.
 */
export async function feedsAfter(device: GPUDevice, forward: Pass, backward: SizedProgram): Promise<Feeds> {
  const { program, options } = backward;
  const shapes = resolveShapes(program, options.dims, options.params);
  const random = randomFeeds(program, shapes, resolveDtypes(program, options.dtype));
  const buffers = makeTrialBuffers(device, forward.sized);
  try {
    const trial = await buffers.prepare(chooserOf(forward.choices));
    const written = await trial.outputs();
    trial.destroy();
    const read = forward.sized.program.tensors.filter(
      ({ role }) => role === "input" || role === "affine" || role === "state",
    );
    return new Map([
      ...random,
      ...written,
      ...read.map(({ name }) => [name, buffers.feeds.get(name)!] as const),
    ]);
  } finally {
    buffers.destroy();
  }
}

const turns = 15;

/** Milliseconds of each step, forward and backward: medians of the ratios to the first step in the same turn. */
export async function timeSteps(
  device: GPUDevice,
  steps: readonly Step[],
  onTurn: (turn: number, of: number) => void,
): Promise<readonly number[]> {
  const prepared = await Promise.all(
    steps.map(async ({ forward, backward }) => {
      const passes = [forward, backward].map(({ sized, choices }) => ({
        buffers: makeTrialBuffers(device, sized),
        choose: chooserOf(choices),
      }));
      const trials = await Promise.all(passes.map(({ buffers, choose }) => buffers.prepare(choose)));
      return {
        record: (pass: GPUComputePassEncoder) => {
          for (const trial of trials) trial.record(pass);
        },
        destroy: () => {
          for (const trial of trials) trial.destroy();
          for (const { buffers } of passes) buffers.destroy();
        },
      };
    }),
  );
  const [first] = prepared;
  if (first === undefined) return [];
  const watch = await startStopwatch(device, first.record);
  // The first turn warms up the device.
  for (const one of prepared) await watch.time(one.record);
  const firsts: number[] = [];
  const ratios = prepared.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++) {
    onTurn(turn, turns);
    const times: number[] = [];
    for (const one of prepared) times.push(await watch.time(one.record));
    firsts.push(times[0]!);
    for (const [i, ms] of times.entries()) ratios[i]!.push(ms / times[0]!);
  }
  for (const one of prepared) one.destroy();
  return ratios.map((one) => median(one) * median(firsts));
}
