/** Tunes one program for one set of extents on a device, with every candidate held against the float64 oracle. */

import { interpret } from "../../graph/oracle/interpret.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import { copyKernel } from "../measure/copy.ts";
import { median } from "../measure/spread.ts";
import type { Best, Candidate, Refused, Tried } from "../search/candidate.ts";
import { type ProgramResult, searchProgram } from "../search/search-program.ts";
import { disagreement, type Values } from "../trial/compare.ts";
import { type Stopwatch, startStopwatch } from "../trial/stopwatch.ts";
import { type Bed, makeBed, type Subject, type Trial } from "../trial/trial-buffers.ts";
import type { Workplace } from "./workbench.ts";

export interface JobOptions {
  readonly budgetMs: number;
  readonly onTried?: (kernel: string, tried: Tried, best: Best) => void;
}

export interface JobResult extends ProgramResult {
  readonly copyMs: number;
  readonly bytes: number;
  /** What the candidates were held against. */
  readonly against: "oracle" | "default variant";
}

/** Elements above which the oracle would take minutes and gigabytes. */
const mostForOracle = 2 ** 25;

/** The job cannot be done: the default is wrong, which is a defect of ours. */
export class WrongDefault extends Error {}

export async function runJob(
  place: Workplace,
  graph: Graph,
  subject: Subject,
  options: JobOptions,
): Promise<JobResult> {
  const bench = await setUp(place, graph, subject);
  try {
    const found = await searchProgram({
      program: subject.program,
      shapes: bench.bed().shapes,
      device: place.current().device,
      prepare: bench.prepare,
      budgetMs: options.budgetMs,
      now: () => performance.now(),
      ...(options.onTried === undefined ? {} : { onTried: options.onTried }),
    });
    return { ...found, copyMs: await bench.copyMs(), bytes: bench.bed().bytes, against: bench.against };
  } finally {
    bench.close();
  }
}

interface Bench {
  readonly against: JobResult["against"];
  bed(): Bed;
  prepare(choose: ChooseVariant): Promise<Candidate | Refused>;
  copyMs(): Promise<number>;
  close(): void;
}

/** What belongs to one device, and is made again on the next. */
interface Stand {
  readonly device: GPUDevice;
  readonly bed: Bed;
  readonly watch: Stopwatch;
  readonly initial: Trial;
}

async function setUp(place: Workplace, graph: Graph, subject: Subject): Promise<Bench> {
  const { program } = subject;
  const stand = async (): Promise<Stand> => {
    const { device } = place.current();
    const bed = makeBed(device, subject);
    const initial = await bed.prepare(chooseVariant);
    return { device, bed, initial, watch: await startStopwatch(device, initial.record) };
  };
  let now = await stand();
  const elements = [...now.bed.shapes.elements.values()].reduce((a, b) => a + b, 0);
  const against = elements <= mostForOracle ? "oracle" : "default variant";
  const expected = against === "oracle" ? expectedOf(graph, now.bed) : await now.initial.outputs();
  const allowed = against === "oracle" ? 1 : 2;
  const check = async (trial: Trial): Promise<string | null> =>
    disagreement(await trial.outputs(), expected, program, now.bed.storages, allowed);
  const wrong = await check(now.initial);
  if (wrong !== null) throw new WrongDefault(`the default variant is wrong: ${wrong}`);

  const renew = async (): Promise<void> => {
    await place.renew();
    now = await stand();
  };
  /** What a failure means; where the device is gone, another one takes its place. */
  const lost = async (error: unknown): Promise<string> => {
    if (await place.isLost()) {
      await renew();
      return "the device was lost while it ran";
    }
    return error instanceof Error ? error.message.split("\n")[0]! : String(error);
  };

  const prepare = async (choose: ChooseVariant): Promise<Candidate | Refused> => {
    let trial: Trial;
    try {
      trial = await now.bed.prepare(choose);
      const wrong = await check(trial);
      if (wrong !== null) {
        trial.destroy();
        return { refused: wrong, wrong: true };
      }
    } catch (error) {
      return { refused: await lost(error) };
    }
    let made = now;
    return {
      async time() {
        // The device may be another one since: what was made on the old one went with it.
        if (made !== now) {
          trial = await now.bed.prepare(choose);
          made = now;
          await made.watch.time(trial.record);
        }
        try {
          return await now.watch.time(trial.record);
        } catch (error) {
          if (!(await place.isLost())) throw error;
          await renew();
          return Number.POSITIVE_INFINITY;
        }
      },
      release() {
        if (made === now) trial.destroy();
      },
    };
  };
  return {
    against,
    bed: () => now.bed,
    prepare,
    async copyMs() {
      const copy = await copyKernel(now.device, now.bed.bytes);
      const times: number[] = [];
      for (let i = 0; i < 6; i++) times.push(await now.watch.time(copy.record));
      copy.destroy();
      return median(times.slice(1));
    },
    close() {
      now.initial.destroy();
      now.bed.destroy();
    },
  };
}

function expectedOf(graph: Graph, { shapes, feeds }: Bed): Values {
  return interpret(graph, { extents: shapes.factors, params: shapes.params, tensors: feeds });
}
