/** Tunes one program for one set of extents on a device, and compares every candidate with the float64 oracle. */

import { interpret } from "../../graph/oracle/interpret.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import { copyKernel } from "../../tuning/measure/copy.ts";
import { median } from "../../tuning/measure/spread.ts";
import type { Best, Candidate, Refused, Tried } from "../../tuning/search/candidate.ts";
import { type ProgramResult, searchProgram } from "../../tuning/search/search-program.ts";
import type { Values } from "../../tuning/trial/compare.ts";
import { realTimeSource, type TimeSource } from "../../tuning/trial/time-source.ts";
import type { SizedProgram, TrialBuffers } from "../../tuning/trial/trial-buffers.ts";
import {
  candidateOn,
  type Expected,
  setUpTrials,
  type TrialSetup,
  wrongOf,
} from "../../tuning/trial/trial-setup.ts";
import type { Workplace } from "./workbench.ts";

export interface JobOptions {
  readonly budgetMs: number;
  readonly onTried?: (kernel: string, tried: Tried, best: Best) => void;
  /** @default the clock of the machine */
  readonly timeSource?: TimeSource;
}

export interface JobResult extends ProgramResult {
  readonly copyMs: number;
  readonly bytes: number;
  /** What the candidates were compared with. */
  readonly against: "oracle" | "default variant";
}

/** With more elements than this the oracle would take minutes and gigabytes. */
const mostForOracle = 2 ** 25;

/** The job cannot be done because the default variant is wrong, which is our defect. */
export class WrongDefault extends Error {}

/** @throws WrongDefault */
export async function runJob(
  place: Workplace,
  graph: Graph,
  sized: SizedProgram,
  { budgetMs, onTried, timeSource = realTimeSource }: JobOptions,
): Promise<JobResult> {
  let setup = await setUpTrials(place.current().device, sized, timeSource);
  try {
    const elements = [...setup.buffers.shapes.elements.values()].reduce((a, b) => a + b, 0);
    const against = elements <= mostForOracle ? "oracle" : "default variant";
    const expected: Expected =
      against === "oracle"
        ? { values: expectedOf(graph, setup.buffers), allowed: 1 }
        : { values: await setup.initial.outputs(), allowed: 2 };
    const wrong = await wrongOf(setup, setup.initial, expected);
    if (wrong !== null) throw new WrongDefault(`the default variant is wrong: ${wrong}`);
    const renewing: RenewingSetup = {
      current: () => setup,
      async renewIfLost() {
        if (!(await place.isLost())) return false;
        await place.renew();
        setup = await setUpTrials(place.current().device, sized, timeSource);
        return true;
      },
    };
    const found = await searchProgram({
      program: sized.program,
      shapes: setup.buffers.shapes,
      device: setup.device,
      prepare: (choose) => lastingCandidate(renewing, choose, expected),
      budgetMs,
      now: timeSource.now,
      ...(onTried === undefined ? {} : { onTried }),
    });
    return { ...found, copyMs: await copyMs(setup), bytes: setup.buffers.bytes, against };
  } finally {
    setup.destroy();
  }
}

/** A setup that is made again on a new device when its device is lost. */
interface RenewingSetup {
  current(): TrialSetup;
  /** Whether the device was lost. */
  renewIfLost(): Promise<boolean>;
}

/**
 * A candidate that survives the loss of its device. The one that caused the loss counts as infinitely slow; others go
 * on.
 */
async function lastingCandidate(
  { current, renewIfLost }: RenewingSetup,
  choose: ChooseVariant,
  expected: Expected,
): Promise<Candidate | Refused> {
  let setup = current();
  const first = await candidateOn(setup, choose, expected);
  if ("refused" in first) {
    const isLost = !first.wrong && (await renewIfLost());
    return isLost ? { refused: "the device was lost while it ran" } : first;
  }
  let made: Candidate = first;
  return {
    async time() {
      try {
        if (setup !== current()) {
          setup = current();
          const again = await candidateOn(setup, choose, expected);
          if ("refused" in again) throw new Error(again.refused);
          made = again;
          // This run warms up the device.
          await made.time();
        }
        return await made.time();
      } catch (error) {
        if (!(await renewIfLost())) throw error;
        return Number.POSITIVE_INFINITY;
      }
    },
    release() {
      // Resources of a lost device are already gone.
      if (setup === current()) made.release();
    },
  };
}

async function copyMs({ device, buffers, watch }: TrialSetup): Promise<number> {
  const copy = await copyKernel(device, buffers.bytes);
  const times: number[] = [];
  for (let i = 0; i < 6; i++) times.push(await watch.time(copy.record));
  copy.destroy();
  return median(times.slice(1));
}

function expectedOf(graph: Graph, { shapes, feeds }: TrialBuffers): Values {
  return interpret(graph, { extents: shapes.factors, params: shapes.params, tensors: feeds });
}
