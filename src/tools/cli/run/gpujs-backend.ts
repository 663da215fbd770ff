/** gpu.js as a backend of `normc run`. */
import { createRequire } from "node:module";
import { compileGather } from "../../../compile/compile-gather.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { GatherProgram } from "../../../program/gather-program.ts";
import { type GpuBackend, type GpuConstructor, openGpu } from "../../../runtime/gpujs/backend.ts";
import { createGatherNorm } from "../../../runtime/gpujs/gather-norm.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { dtypeFor } from "../arguments/dtype-choice.ts";
import { dimsOf } from "../files/read-cases.ts";
import type { Backend } from "./backend-interface.ts";

/** A reason in words if gpu.js, or this backend of it, is not there. */
export async function openGpuJs(backend: GpuBackend | "auto"): Promise<Backend | string> {
  let GPU: GpuConstructor;
  let version: string;
  try {
    const module = (await import("gpu.js")) as unknown as { readonly GPU: GpuConstructor };
    GPU = module.GPU;
    version = (createRequire(import.meta.url)("gpu.js/package.json") as { version: string }).version;
  } catch {
    return "the package gpu.js is not installed: npm install gpu.js";
  }
  try {
    const opened = await openGpu({ GPU, backend });
    await opened.gpu.destroy();
    return gpujs(GPU, backend, opened.backend, version);
  } catch (error) {
    if (error instanceof NormError) return error.message;
    throw error;
  }
}

/** @param best the backend that `auto` takes, unless a case is too large for it. */
function gpujs(
  GPU: GpuConstructor,
  backend: GpuBackend | "auto",
  best: GpuBackend,
  version: string,
): Backend {
  let ran = best;
  // Many cases of one spec share a graph, and its program serves all their shapes.
  const compiled = new Map<Graph, GatherProgram>();
  return {
    name: "gpujs",
    get adapter() {
      return `gpu.js ${version} ${ran}`;
    },
    async run({ graph, feeds, params, dtype }) {
      const program = compiled.get(graph) ?? compileGather(graph).program;
      compiled.set(graph, program);
      const options = { dims: dimsOf(feeds), params, dtype: dtypeFor(dtype, program) };
      const norm = await createGatherNorm({ GPU, backend }, program, options);
      ran = norm.backend;
      try {
        const results = await norm.run(
          Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.data])),
        );
        return Object.fromEntries(
          Object.entries(results).map(([name, data]) => [name, { dims: norm.dims.get(name) ?? [], data }]),
        );
      } finally {
        await norm.destroy();
      }
    },
    close: () => Promise.resolve(),
  };
}
