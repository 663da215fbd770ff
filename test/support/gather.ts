/** Runs a graph through gpu.js. */
import { GPU } from "gpu.js";
import { createGatherNorm, type GpuBackend } from "../../src/runtime/gpujs/index.ts";
import type { ResultsByName } from "../../src/runtime/options/norm-types.ts";
import type { Trial } from "./compare.ts";
import { gatherProgramOf } from "./compiled.ts";

export async function runOnGpuJs(
  { graph, dims, params = {}, feeds, dtype }: Trial,
  backend: GpuBackend,
): Promise<ResultsByName> {
  const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graph), { dims, params, dtype });
  try {
    return await norm.run(feeds);
  } finally {
    await norm.destroy();
  }
}

/** The backends of gpu.js in Node. There is no WebGL2. */
export const nodeBackends = ["webasm", "cpu"] as const;
