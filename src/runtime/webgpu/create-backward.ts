/**
 * The backward pass of a norm. Only the gradients that are asked for are wanted as buffers; of the programs that were
 * compiled, the smallest that computes them all serves. Loaded on demand: a page that only runs forward has none of it.
 */
import type { LazyShaders, Program, ProgramTensor, Shader } from "../../program/program.ts";
import { gradients, readBackwardOptions, without } from "../options/backward-options.ts";
import type { BuffersByName, FeedsByName, Norm } from "../options/norm-types.ts";
import type { BackwardKeys } from "../options/read-options.ts";
import { creatorFor } from "./creator.ts";

/**
 * @param programs the forward programs, whose dims, params and names the options give.
 * @param load brings their backward programs, for each mode the smallest first and last the one that computes everything.
 * @throws NormError (as a rejection) those of `create`, and N501 or N514 for what cannot be asked for.
 */
export async function createBackward(
  device: GPUDevice,
  programs: readonly Program[],
  load: () => Promise<{ readonly backward: readonly Program[] }>,
  options: object,
  keys: BackwardKeys = { mode: "mode", dtype: "dtype", tune: "tune", of: "of", accumulate: "accumulate" },
): Promise<Norm> {
  const read = await readBackwardOptions(programs, load, options, keys);
  const { candidates, wanted, accumulated, tune } = read;
  const covers = (one: Program): boolean => {
    const computed = gradients(one).map(({ gradientOf }) => gradientOf);
    return [...wanted].every((name) => computed.includes(name));
  };
  const program = narrowed(candidates.find(covers)!, wanted, accumulated);
  const create = await creatorFor(program, tune);
  const norm = await create(device, program, { ...read.optionsFor(program), tune });
  const ignored = read.ignoredBy(program);
  return ignored.length === 0 ? norm : ignoring(norm, ignored);
}

/**
 * The program with gradients that nobody wants in scratch memory, which has neither dims nor an element type, and with
 * some added to what is there.
 */
function narrowed(program: Program, wanted: ReadonlySet<string>, accumulated: ReadonlySet<string>): Program {
  const { lazy } = program;
  const tensors = program.tensors.map(
    (one): ProgramTensor =>
      one.role === "output" && !wanted.has(one.gradientOf!) ? { ...one, role: "scratch" } : one,
  );
  const names = gradients(program).filter(({ gradientOf }) => accumulated.has(gradientOf));
  const sums = new Set(names.map(({ name }) => name));
  const kernels = accumulating(program.kernels, sums);
  if (lazy === undefined) return { ...program, tensors, kernels };
  return {
    ...program,
    tensors,
    kernels,
    lazy: async () => ({ lazy: accumulating((await lazy()).lazy, sums) }),
  };
}

function accumulating<T extends LazyShaders>(kernels: readonly T[], sums: ReadonlySet<string>): T[] {
  const changed = (one: Shader): Shader => ({
    ...one,
    bindings: one.bindings.map((binding) =>
      sums.has(binding.tensor) ? { ...binding, accumulates: true } : binding,
    ),
  });
  return kernels.map((kernel) => ({
    ...kernel,
    shaders: kernel.shaders.map(changed),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, shaders: stage.shaders.map(changed) })),
    },
  }));
}

/**
 * What the forward pass reads may always be given, also where the gradients do not depend on it. The norm itself, not a
 * copy: what describes it changes when tuning in the background has found another variant.
 */
function ignoring(norm: Norm, ignored: readonly string[]): Norm {
  const { encode, run } = norm;
  return Object.assign(norm, {
    encode: (pass: GPUComputePassEncoder, buffers: BuffersByName) => encode(pass, without(buffers, ignored)),
    run: (feeds: FeedsByName) => run(without(feeds, ignored)),
  });
}
