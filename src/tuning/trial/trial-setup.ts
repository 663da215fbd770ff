/** A test stand for variants: a device with our own buffers, the default variant on it, and a stopwatch. */
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import type { Candidate, Refused } from "../search/candidate.ts";
import { disagreement, type Values } from "./compare.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { TimeSource } from "./time-source.ts";
import { makeTrialBuffers, type SizedProgram, type Trial, type TrialBuffers } from "./trial-buffers.ts";

export interface TrialSetup {
  readonly device: GPUDevice;
  readonly sized: SizedProgram;
  readonly buffers: TrialBuffers;
  /** The default variant. */
  readonly initial: Trial;
  readonly watch: Stopwatch;
  destroy(): void;
}

/** The values that candidates are compared with. */
export interface Expected {
  readonly values: Values;
  /** A factor on the contract's error: see `disagreement`. */
  readonly allowed: number;
}

/** @throws NormError if the device cannot run the program. */
export async function setUpTrials(
  device: GPUDevice,
  sized: SizedProgram,
  timeSource: TimeSource,
): Promise<TrialSetup> {
  const buffers = makeTrialBuffers(device, sized);
  let initial: Trial | undefined;
  const destroy = (): void => {
    initial?.destroy();
    buffers.destroy();
  };
  try {
    initial = await buffers.prepare(chooseVariant);
    const watch = await timeSource.startStopwatch(device, initial.record);
    return { device, sized, buffers, initial, watch, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
}

/** Null, or where and by how much the results of a trial are wrong. */
export async function wrongOf(
  { buffers, sized }: TrialSetup,
  trial: Trial,
  expected: Expected,
): Promise<string | null> {
  const { values, allowed } = expected;
  return disagreement(await trial.outputs(), values, sized.program, buffers.dtypes, allowed);
}

/** Prepares a variant of each kernel and compares its results with the expected values. */
export async function candidateOn(
  setup: TrialSetup,
  choose: ChooseVariant,
  expected: Expected,
): Promise<Candidate | Refused> {
  let trial: Trial | undefined;
  try {
    trial = await setup.buffers.prepare(choose);
    const { record, destroy } = trial;
    const wrong = await wrongOf(setup, trial, expected);
    if (wrong === null) return { time: () => setup.watch.time(record), release: destroy };
    destroy();
    return { refused: wrong, wrong: true };
  } catch (error) {
    trial?.destroy();
    return { refused: error instanceof Error ? error.message.split("\n")[0]! : String(error) };
  }
}
