/** Runs a graph through gpu.js. */
import { GPU } from "gpu.js";
import { compileGather } from "../../src/compile/compile-gather.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { createGatherNorm, type GatherProgram, type GpuBackend } from "../../src/runtime/gpujs/index.ts";
import type { Trial } from "./compare.ts";

const programs = new WeakMap<Graph, GatherProgram>();

export async function runOnGpuJs(
  { graph, dims, params = {}, feeds, dtype }: Trial,
  backend: GpuBackend,
): Promise<Record<string, Float32Array>> {
  const program = programs.get(graph) ?? compileGather(graph).program;
  programs.set(graph, program);
  const norm = await createGatherNorm({ GPU, backend }, program, { dims, params, dtype });
  try {
    return await norm.run(feeds);
  } finally {
    await norm.destroy();
  }
}

/** What gpu.js has in Node: no WebGL2. */
export const nodeBackends = ["webasm", "cpu"] as const;
