import type { GatherProgram } from "../../program/gather-program.ts";
import { gradients, readBackwardOptions, without } from "../options/backward-options.ts";
import type { FeedsByName } from "../options/norm-types.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { NormError } from "../shapes/errors.ts";
import { refuseOpen } from "../shapes/open-axes.ts";
import type { GpuSettings } from "./backend.ts";
import { createGatherNorm, type GatherNorm } from "./gather-norm.ts";

/**
 * `createGatherNorm` for generated modules: dims, params, mode and dtype in one flat record, by name. The generated
 * module states the type of the result.
 * @throws NormError (as a rejection) the errors of `createGatherNorm`, and N511 for a mode that the norm does not have.
 */
export async function createGatherFromOptions<Result>(
  gpu: GpuSettings,
  programs: readonly GatherProgram[],
  options: object,
  keys: OptionKeys = { mode: "mode", dtype: "dtype" },
): Promise<Result> {
  const { program, dims, params, dtype } = readOptions(programs, options, keys);
  return (await createGatherNorm(gpu, program, refuseOpen({ dims, params, dtype }))) as Result;
}

/**
 * `createGatherFromOptions` for the backward pass. It keeps only the draws that the wanted gradients need.
 * @param load loads the backward programs, one for each mode.
 * @throws NormError (as a rejection) the same errors, and N501 or N514 for gradients that do not exist.
 */
export async function createGatherBackwardFromOptions<Result>(
  gpu: GpuSettings,
  programs: readonly GatherProgram[],
  load: () => Promise<{ readonly backward: readonly GatherProgram[] }>,
  options: object,
  keys: OptionKeys & { readonly of: string } = { mode: "mode", dtype: "dtype", of: "of" },
): Promise<Result> {
  const read = readBackwardOptions(programs, (await load()).backward, options, keys);
  const program = read.candidates.at(-1);
  if (program === undefined) throw new NormError("N513", "this is a defect of normc: no backward program");
  const results = gradients(program).filter(({ gradientOf }) => read.wanted.has(gradientOf));
  const states = program.tensors.filter(({ updated }) => updated);
  const wanted = [...results, ...states].map(({ name }) => name);
  const norm = await createGatherNorm(gpu, program, refuseOpen(read.optionsFor(program)), wanted);
  const ignored = read.ignoredBy(program);
  const made: GatherNorm = { ...norm, run: (feeds: FeedsByName) => norm.run(without(feeds, ignored)) };
  return made as Result;
}
