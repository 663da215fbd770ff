import type { WasmProgram } from "../../program/wasm-program.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { createWasmNorm } from "./wasm-norm.ts";
import type { createWasmBackward, createWasmSaving } from "./wasm-training.ts";
import type { WasmSettings } from "./wasm-types.ts";

/**
 * `createWasmNorm` for generated modules: dims, params, mode and dtype in one flat record, by name. The generated module
 * states the type of the result.
 * @throws NormError (as a rejection) the errors of `createWasmNorm`, and N511 for a mode that the norm does not have.
 */
export async function createWasmFromOptions<Result>(
  programs: readonly WasmProgram[],
  options: object,
  settings?: WasmSettings,
  keys: OptionKeys = { mode: "mode", dtype: "dtype" },
): Promise<Result> {
  const { program, ...own } = readOptions(programs, options, keys);
  return (await createWasmNorm(program, own, settings)) as Result;
}

/**
 * `createWasmFromOptions` for the backward pass. Its code is loaded by the first call.
 * @throws NormError (as a rejection) the same errors, and N501 or N514 for gradients that do not exist.
 */
export async function createWasmBackwardFromOptions<Result>(
  ...args: Parameters<typeof createWasmBackward>
): Promise<Result> {
  return (await import("./wasm-training.ts")).createWasmBackward(...args) as Promise<Result>;
}

/**
 * `createWasmFromOptions` for the forward pass that also saves what the backward pass reads.
 * @throws NormError (as a rejection) the errors of `createWasmFromOptions`.
 */
export async function createWasmSavingFromOptions<Result>(
  ...args: Parameters<typeof createWasmSaving>
): Promise<Result> {
  return (await import("./wasm-training.ts")).createWasmSaving(...args) as Promise<Result>;
}
