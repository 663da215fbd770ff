/** Runs a graph through the runtime for processors. */
import type { ResultsByName } from "../../src/runtime/options/norm-types.ts";
import { createWasmNorm, type WasmSettings } from "../../src/runtime/wasm/index.ts";
import type { Trial } from "./compare.ts";
import { wasmProgramOf } from "./wasm.ts";

export async function runOnProcessor(
  { graph, dims, params = {}, feeds, dtype }: Trial,
  settings?: WasmSettings,
): Promise<ResultsByName> {
  using norm = await createWasmNorm(await wasmProgramOf(graph), { dims, params, dtype }, settings);
  return norm.run(feeds);
}
