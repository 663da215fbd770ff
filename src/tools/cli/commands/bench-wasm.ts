/** `normc bench --backend wasm`: a norm on the processor, in turn with a copy of the same bytes. */
import { compilePassedWasm } from "../../../compile/compile-wasm.ts";
import type { PassedGraphs } from "../../../compile/passes.ts";
import { elementBytes } from "../../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import { createWasmNorm, type WasmOptions } from "../../../runtime/wasm/index.ts";
import { sizedStages } from "../../../runtime/wasm/schedules.ts";
import type { Measurement } from "../../../tuning/measure/measure.ts";
import { randomFeeds } from "../../../tuning/measure/random-feeds.ts";
import { spreadOf } from "../../../tuning/measure/spread.ts";

/** A reading takes at least as long, so that the clock's steps and a wake of the threads do not matter. */
const leastReading = 10;

export interface WasmMeasurement extends Measurement {
  readonly threads: number;
}

export async function measureWasm(
  graphs: PassedGraphs,
  shapes: Shapes,
  options: WasmOptions,
  rounds: number,
  onStep: (what: string) => void,
): Promise<WasmMeasurement> {
  onStep("compiling");
  const { program } = await compilePassedWasm(graphs);
  using norm = await createWasmNorm(program, options);
  let bytes = 0;
  for (const { name, role, updated } of program.tensors) {
    if (role === "scratch") continue;
    const size = shapes.elements.get(name)! * elementBytes[norm.dtypes.get(name)!];
    bytes += size * (role === "state" && updated ? 2 : 1);
  }
  for (const [name, values] of randomFeeds(program, shapes, norm.dtypes))
    norm.tensors[name]!.view.set(values);
  const [from, to] = [new Uint8Array(Math.ceil(bytes / 2)).fill(1), new Uint8Array(Math.ceil(bytes / 2))];
  const run = timed(() => norm.run());
  const copy = timed(() => to.set(from));
  onStep("warming up");
  run();
  copy();
  const times: number[] = [];
  const copies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    onStep(`round ${round + 1} of ${rounds}`);
    copies.push(copy());
    times.push(run());
  }
  const { stages } = sizedStages(program, undefined, shapes);
  return {
    bytes,
    ms: spreadOf(times),
    copyMs: spreadOf(copies),
    dispatches: stages.length,
    variant: stages.map(({ stage, tasks }) => `${stage.run}: ${tasks} tasks`).join("; "),
    clock: "wall clock",
    threads: norm.threads,
  };
}

/** Returns a function that takes a reading: the milliseconds of one call, as the mean over as many as a reading takes. */
function timed(once: () => void): () => number {
  let count = 1;
  return () => {
    for (;;) {
      const start = performance.now();
      for (let i = 0; i < count; i++) once();
      const ms = performance.now() - start;
      if (ms >= leastReading) return ms / count;
      count = Math.ceil(count * Math.min(10, 1.2 * (leastReading / Math.max(ms, 0.1))));
    }
  };
}
