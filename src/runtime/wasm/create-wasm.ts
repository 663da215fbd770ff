import type { WasmProgram } from "../../program/wasm-program.ts";
import { plainOptions } from "../options/plain-options.ts";
import type { OptionKeys } from "../options/read-options.ts";
import { NormError } from "../shapes/errors.ts";
import { makeWasmNorm } from "./wasm-norm.ts";
import type { LoadFurther, WasmPass } from "./wasm-now.ts";
import type { createWasmBackward, createWasmSaving } from "./wasm-training.ts";
import type { WasmNorm, WasmOptions, WasmSettings } from "./wasm-types.ts";

/**
 * Prepares a program for the given dims: compiles its module once, and takes memory for the tensors.
 * @throws NormError (as a rejection) N308, N501 to N507, N514, N518, N522, N540 (no memory holds the tensors), N541 (the
 * engine does not compile the module), N542 (an address that a tensor cannot have), N543 (unusable settings).
 */
export async function createWasmNorm(
  program: WasmProgram,
  options: WasmOptions,
  settings?: WasmSettings,
): Promise<WasmNorm> {
  return makeWasmNorm((await import("./checked-options.ts")).resolveProgram(program, options), settings);
}

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
  const resolved =
    plainOptions(programs, options, keys) ??
    (await import("./checked-options.ts")).checkedOptions(programs, options, keys);
  return makeWasmNorm(resolved, settings) as Promise<Result>;
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

/** The code that makes norms without waiting, once it is loaded. Most pages never load it. */
let now: typeof import("./wasm-now.ts") | undefined;

/**
 * The function that `load` of a generated module calls: loads and compiles all that a norm of these programs may need if it
 * is made without waiting.
 * @param further loads the programs of the other passes.
 */
export async function loadWasmPrograms(
  programs: readonly WasmProgram[],
  pass?: WasmPass,
  further?: LoadFurther,
): Promise<void> {
  const loaded = await import("./wasm-now.ts");
  await loaded.loadWasmPass(programs, pass, further);
  now = loaded;
}

/**
 * `createWasmFromOptions` without waiting, or one of the other two: for frameworks whose operations cannot wait. The norm
 * runs on one thread.
 * @throws NormError the errors of those functions, and N525 before `load` is done for this pass.
 */
export function createWasmNowFromOptions<Result>(
  programs: readonly WasmProgram[],
  pass: WasmPass,
  options: object,
  keys?: OptionKeys,
): Result {
  const made = now?.createWasmNow(programs, pass, options, keys);
  if (made !== undefined) return made as Result;
  const norm = programs[0]?.norm;
  const word = pass === "create" ? "" : `"${pass}"`;
  throw new NormError("N525", `${norm}.${pass}Now: first \`await ${norm}.load(${word})\``);
}
