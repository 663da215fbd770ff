import type { Program } from "../../program/program.ts";
import { type OptionKeys, readOptions, usualKeys } from "../options/read-options.ts";
import type { createBackward } from "./create-backward.ts";
import type { createInline } from "./create-inline.ts";
import type { createSaving } from "./create-saving.ts";
import { creatorFor } from "./creator.ts";

/**
 * The function that `create` of a generated module calls: `createNorm` (`norm.ts`) with dims, params, mode and dtype in
 * one flat record, by name. Names of another mode than the chosen one are allowed. The generated module states the type of
 * the result.
 * @throws NormError (as a rejection) the errors of `createNorm`, and N511 for a mode that the norm does not have.
 */
export async function createFromOptions<Result>(
  device: GPUDevice,
  programs: readonly Program[],
  options: object,
  keys: OptionKeys = usualKeys,
): Promise<Result> {
  const read = readOptions(programs, options, keys);
  const create = await creatorFor(read.program, read);
  return create(device, read.program, read) as Promise<Result>;
}

/**
 * `createFromOptions` for the backward pass. Its code is loaded by the first call.
 * @throws NormError (as a rejection) the same errors, and N501 or N514 for gradients that do not exist.
 */
export async function createBackwardFromOptions<Result>(
  ...args: Parameters<typeof createBackward>
): Promise<Result> {
  return (await import("./create-backward.ts")).createBackward(...args) as Promise<Result>;
}

/**
 * `createFromOptions` for the forward pass that also saves what the backward pass reads.
 * @throws NormError (as a rejection) the errors of `createFromOptions`.
 */
export async function createSavingFromOptions<Result>(
  ...args: Parameters<typeof createSaving>
): Promise<Result> {
  return (await import("./create-saving.ts")).createSaving(...args) as Promise<Result>;
}

/**
 * The norm inside somebody else's kernel. Its code is loaded by the first call.
 * @throws NormError (as a rejection) the errors of `createInline`.
 */
export async function createInlineFromOptions<Result>(
  ...args: Parameters<typeof createInline>
): Promise<Result> {
  return (await import("./create-inline.ts")).createInline(...args) as Promise<Result>;
}
