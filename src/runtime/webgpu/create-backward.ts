/**
 * The backward pass of a norm. Only wanted gradients need a buffer. Of the compiled backward programs it uses the
 * smallest one that computes them all. Loaded on demand, so that a page that only runs forward does not load it.
 */
import type { LazyShaders, Program, ProgramTensor, Shader } from "../../program/program.ts";
import { normTensors } from "../device/norm-tensors.ts";
import { gradients, readBackwardOptions, without } from "../options/backward-options.ts";
import type { BuffersByName, FeedsByName, Norm, OpenOptions } from "../options/norm-types.ts";
import { type BackwardKeys, usualKeys } from "../options/read-options.ts";
import type { ExtentsByName } from "../shapes/dynamic.ts";
import { resolveDtypes } from "../shapes/element-types.ts";
import { mostDims } from "../shapes/open-axes.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { creatorFor } from "./creator.ts";

/**
 * @param programs the forward programs. The options use their dims, params and names.
 * @param load loads the backward programs. For each mode, the smallest comes first and the last computes everything.
 * @throws NormError (as a rejection) the errors of `createFromOptions`, and N501 or N514 for gradients that do not
 * exist.
 */
export async function createBackward(
  device: GPUDevice,
  programs: readonly Program[],
  load: () => Promise<{ readonly backward: readonly Program[] }>,
  options: object,
  keys?: BackwardKeys,
): Promise<Norm> {
  const { program, own, finish } = planBackward(device, programs, (await load()).backward, options, keys);
  return finish(await (await creatorFor(program, own))(device, program, own));
}

/** What to create, and what makes of it the norm that the caller gets. */
export interface BackwardPlan {
  readonly program: Program;
  readonly own: OpenOptions;
  finish(norm: Norm): Norm;
}

export function planBackward(
  device: GPUDevice,
  programs: readonly Program[],
  backward: readonly Program[],
  options: object,
  keys: BackwardKeys = { ...usualKeys, of: "of", accumulate: "accumulate" },
): BackwardPlan {
  const read = readBackwardOptions(programs, backward, options, keys);
  const { candidates, wanted, accumulated, tune, sharedBuffers, inPlace } = read;
  const covers = (one: Program): boolean => {
    const computed = gradients(one).map(({ gradientOf }) => gradientOf);
    return [...wanted].every((name) => computed.includes(name));
  };
  const program = narrowed(candidates.find(covers)!, wanted, accumulated);
  const own = { ...read.optionsFor(program), tune, sharedBuffers, inPlace };
  const ignored = read.ignoredBy(program);
  if (ignored.length === 0) return { program, own, finish: (norm) => norm };
  const forward = programs.find(({ mode }) => mode === program.mode)!;
  const { dims, params, dtype } = read.optionsFor(forward);
  const tensors = normTensors(
    device,
    forward,
    resolveShapes(forward, mostDims(dims), params),
    resolveDtypes(forward, dtype),
  );
  return { program, own, finish: (norm) => ignoring(norm, ignored, tensors) };
}

/**
 * The program for the wanted gradients. Gradients that nobody wants become scratch memory, which has neither dims nor
 * an element type. Accumulated gradients are added to the caller's buffer.
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
      sums.has(binding.tensor) ? { ...binding, write: "add" as const } : binding,
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
 * Lets the caller always give what the forward pass reads, even if the gradients do not depend on it. This changes the
 * norm itself and makes no copy, because tuning in the background updates its properties when it finds a better
 * variant.
 */
function ignoring(norm: Norm, ignored: readonly string[], tensors: Norm["tensors"]): Norm {
  const { encode, run } = norm;
  return Object.assign(norm, {
    tensors: { ...Object.fromEntries(ignored.map((name) => [name, tensors[name]!])), ...norm.tensors },
    encode: (target: Parameters<Norm["encode"]>[0], buffers: BuffersByName, extents?: ExtentsByName) =>
      encode(target, without(buffers, ignored), extents),
    run: (feeds: FeedsByName, extents?: ExtentsByName) => run(without(feeds, ignored), extents),
  });
}
