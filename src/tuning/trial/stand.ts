/** A test stand for variants: a device with our own buffers, the default variant on it, and a stopwatch. */
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import type { Candidate, Refused } from "../search/candidate.ts";
import { disagreement, type Values } from "./compare.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Timing } from "./timing.ts";
import { type Bed, makeBed, type Subject, type Trial } from "./trial-buffers.ts";

export interface Stand {
  readonly device: GPUDevice;
  readonly subject: Subject;
  readonly bed: Bed;
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
export async function setUpStand(device: GPUDevice, subject: Subject, timing: Timing): Promise<Stand> {
  const bed = makeBed(device, subject);
  let initial: Trial | undefined;
  const destroy = (): void => {
    initial?.destroy();
    bed.destroy();
  };
  try {
    initial = await bed.prepare(chooseVariant);
    const watch = await timing.startStopwatch(device, initial.record);
    return { device, subject, bed, initial, watch, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
}

/** Null, or where and by how much the results of a trial are wrong. */
export async function wrongOf(
  { bed, subject }: Stand,
  trial: Trial,
  expected: Expected,
): Promise<string | null> {
  const { values, allowed } = expected;
  return disagreement(await trial.outputs(), values, subject.program, bed.dtypes, allowed);
}

/** Prepares a variant of each kernel and compares its results with the expected values. */
export async function candidateOn(
  stand: Stand,
  choose: ChooseVariant,
  expected: Expected,
): Promise<Candidate | Refused> {
  let trial: Trial | undefined;
  try {
    trial = await stand.bed.prepare(choose);
    const { record, destroy } = trial;
    const wrong = await wrongOf(stand, trial, expected);
    if (wrong === null) return { time: () => stand.watch.time(record), release: destroy };
    destroy();
    return { refused: wrong, wrong: true };
  } catch (error) {
    trial?.destroy();
    return { refused: error instanceof Error ? error.message.split("\n")[0]! : String(error) };
  }
}
