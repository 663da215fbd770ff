/** The stages of a run: which schedule each kernel takes, in how many parts and chunks. */
import { partialsTensor, partsFactor } from "../../program/names.ts";
import type { WasmKernel, WasmParts, WasmProgram, WasmStage } from "../../program/wasm-program.ts";
import { product, withChunks } from "../shapes/lengths.ts";
import type { Shapes } from "../shapes/shapes.ts";

/** A stage with all extents known. */
export interface SizedStage {
  readonly stage: WasmStage;
  /** Whether its function is in the module that is loaded for parts. */
  readonly lazy: boolean;
  readonly tasks: number;
  readonly factors: ReadonlyMap<string, number>;
}

/**
 * About as many tasks as keep the processors of a machine busy until they end together. It does not depend on the number of
 * threads: that of parts and chunks decides in which order sums are added up, and the bits of a result with it.
 */
const busy = 16;

/** Sums of a chunk of fewer rows cost more than they save: each is written and read once more. */
const shortChunk = 16;

/** A chunk adds up its rows one after the other: the error of a sum of more would near the contract. */
const longChunk = 4096;

/** A part of a task with fewer elements than these (256 KiB, which a second-level cache holds) is not worth its merge. */
const shortPart = 65_536;

/** In how many parts a kernel takes its rows. */
function partsOf({ grid, row, schedules, parts }: WasmKernel, { factors }: Shapes): number {
  if (parts === undefined && schedules.length < 2) return 1;
  const extent = (names: readonly string[]): number => product(names.map((one) => factors.get(one)!));
  // A task may have several rows, which lie side by side in memory.
  const tasks = product(schedules[0]!.stages[0]!.tasks.map((one) => Math.ceil(extent(one.factors) / one.by)));
  const elements = tasks && (extent(grid) * extent(row)) / tasks;
  return Math.max(1, Math.min(tasks && Math.ceil(busy / tasks), Math.floor(elements / shortPart)));
}

/** Whether the shapes need the schedules that `lazy` loads. */
export function needsParts({ kernels }: WasmProgram, shapes: Shapes): boolean {
  return kernels.some((one) => one.parts !== undefined && partsOf(one, shapes) > 1);
}

/** Chooses kernel by kernel: the number of chunks of one is an extent for those behind it. */
export function sizedStages(
  program: WasmProgram,
  lazy: WasmParts | undefined,
  given: Shapes,
): { readonly shapes: Shapes; readonly stages: readonly SizedStage[] } {
  let shapes = given;
  let partials = 0;
  const stages: SizedStage[] = [];
  for (const kernel of program.kernels) {
    const { grid, chunked, schedules, parts: place } = kernel;
    const extent = (names: readonly string[]): number =>
      product(names.map((one) => shapes.factors.get(one)!));
    if (chunked.length > 0) shapes = withChunks(program, shapes, chunksOf(extent(chunked)));
    const parts = partsOf(kernel, shapes);
    const own = schedules.find(({ kind }) => kind === "parts");
    const schedule = (parts > 1 && (own ?? lazy?.schedules[place ?? -1])) || schedules[0]!;
    const factors = new Map([...shapes.factors, [partsFactor, parts]]);
    if (schedule.kind === "parts") partials = Math.max(partials, schedule.slots * parts * extent(grid));
    for (const stage of schedule.stages) {
      const counts = stage.tasks.map((one) => {
        return Math.ceil(product(one.factors.map((name) => factors.get(name)!)) / one.by);
      });
      const tasks = product(counts);
      if (tasks > 0) stages.push({ stage, lazy: !schedules.includes(schedule), tasks, factors });
    }
  }
  const elements = new Map(shapes.elements);
  if (elements.has(partialsTensor)) elements.set(partialsTensor, partials);
  return { shapes: { ...shapes, elements }, stages };
}

function chunksOf(rows: number): number {
  if (rows === 0) return 0;
  return Math.max(1, Math.min(busy, Math.floor(rows / shortChunk)), Math.ceil(rows / longChunk));
}
