/** WebAssembly on the processor as a backend of `normc run`. */
import { compilePassedWasm } from "../../../compile/compile-wasm.ts";
import { type PassedGraphs, passGraph } from "../../../compile/passes.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { WasmProgram } from "../../../program/wasm-program.ts";
import { createWasmNorm } from "../../../runtime/wasm/index.ts";
import { dtypeFor } from "../arguments/dtype-choice.ts";
import type { Backend, Job, Results } from "./backend-interface.ts";
import { dimsOfTensors, readBy } from "./program-feeds.ts";

export function wasm(): Backend {
  // Many cases of one spec share a graph, and its program serves all their shapes.
  const compiled = new Map<Graph, Promise<WasmProgram>>();
  let threads = 1;
  return {
    name: "wasm",
    get adapter() {
      return processorText(threads);
    },
    async run({ graph, feeds, saving, ...rest }) {
      if (saving === undefined) return once(await programOf(graph), feeds, rest);
      const forward = await programOf(saving.plain, saving.saving?.graphs);
      const kept = await once(forward, readBy(forward, saving.feeds), rest);
      const backward = await programOf(saving.backward.graphs.at(-1)!.graph, saving.backward.graphs);
      return once(backward, readBy(backward, { ...saving.feeds, ...kept }), rest);
    },
    close: () => Promise.resolve(),
  };

  function programOf(graph: Graph, passed?: PassedGraphs): Promise<WasmProgram> {
    const key = passed?.at(-1)?.graph ?? graph;
    const known =
      compiled.get(key) ?? compilePassedWasm(passed ?? passGraph(graph)).then(({ program }) => program);
    compiled.set(key, known);
    return known;
  }

  async function once(
    program: WasmProgram,
    feeds: Results,
    { params, dtype }: Pick<Job, "params" | "dtype">,
  ): Promise<Results> {
    const dims = dimsOfTensors(program, feeds);
    using norm = await createWasmNorm(program, { dims, params, dtype: dtypeFor(dtype, program) });
    threads = norm.threads;
    const results = norm.run(
      Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data])),
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [name, { dims: norm.dims.get(name) ?? [], data }]),
    );
  }
}

export function processorText(threads: number): string {
  return `processor (WebAssembly SIMD, ${threads} ${threads === 1 ? "thread" : "threads"})`;
}
