import type { Program } from "../../program/program.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import type { createBackward } from "./create-backward.ts";
import type { createSaving } from "./create-saving.ts";
import { creatorFor } from "./creator.ts";

/**
 * What `create` of a generated module calls: `createNorm` (`norm.ts`) with dims, params, mode and dtype in one flat record,
 * by name. A name that belongs to another mode than the chosen one is no error. The generated module says what type the
 * result has.
 * @throws NormError (as a rejection) those of `createNorm`, and N511 for a mode that the norm does not have.
 */
export async function createFromOptions<Result>(
  device: GPUDevice,
  programs: readonly Program[],
  options: object,
  keys: OptionKeys = { mode: "mode", dtype: "dtype", tune: "tune" },
): Promise<Result> {
  const read = readOptions(programs, options, keys);
  const create = await creatorFor(read.program, read.tune);
  return create(device, read.program, read) as Promise<Result>;
}

/**
 * The same for its backward pass, whose code is loaded when it is called for.
 * @throws NormError (as a rejection) the same, and N501 or N514 for gradients that cannot be asked for.
 */
export async function createBackwardFromOptions<Result>(
  ...args: Parameters<typeof createBackward>
): Promise<Result> {
  return (await import("./create-backward.ts")).createBackward(...args) as Promise<Result>;
}

/**
 * The same for the forward pass that keeps what the backward one reads.
 * @throws NormError (as a rejection) those of `createFromOptions`.
 */
export async function createSavingFromOptions<Result>(
  ...args: Parameters<typeof createSaving>
): Promise<Result> {
  return (await import("./create-saving.ts")).createSaving(...args) as Promise<Result>;
}
