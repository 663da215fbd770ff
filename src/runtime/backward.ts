/**
 * The backward pass of a norm. Only the gradients that are asked for are wanted as buffers; of the programs that were
 * compiled, the smallest that computes them all serves. Loaded on demand: a page that only runs forward has none of it.
 */
import type { FurtherForms, KernelForm, Program, ProgramTensor, Storage } from "../program/program.ts";
import { NormError } from "./errors.ts";
import { type BackwardKeys, readOptions } from "./given.ts";
import { givenNames, own, refuseUnknown } from "./names.ts";
import { createNorm } from "./norm.ts";
import { resolveShapes } from "./shapes.ts";
import type { BuffersByName, FeedsByName, Norm } from "./types.ts";

const prefix = "d_";

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
  const given = options as Readonly<Record<string, unknown>>;
  const { program: forward, dims, params, storage, tune } = readOptions(programs, given, keys);
  const { backward } = await load();
  const candidates = backward.filter((one) => one.mode === forward.mode);
  const offered = outputs(candidates.at(-1)!).map((name) => name.slice(prefix.length));
  const of = names(given, keys.of, "tensor with a gradient", offered) ?? offered;
  const accumulate = names(given, keys.accumulate, "gradient asked for", of) ?? [];
  if (of.length === 0)
    throw new NormError("N514", `${keys.of}: expected some of ${offered.join(", ")}, given none`);

  const asked = new Set(of.map((name) => prefix + name));
  const covers = (one: Program): boolean => [...asked].every((name) => outputs(one).includes(name));
  const program = narrowed(candidates.find(covers)!, asked, new Set(accumulate.map((name) => prefix + name)));

  const shapes = resolveShapes(forward, dims, params);
  const base = baseNames(forward);
  const tensors = program.tensors.filter((one) => one.role !== "scratch").map(({ name }) => name);
  const wanted = {
    dims: Object.fromEntries(tensors.map((name) => [name, shapes.dims.get(base.get(name)!)!])),
    params,
    storage: storageOf(storage, tensors, base),
    tune,
  };
  const create = tune || program.tuned ? (await import("../tune/background.ts")).createTuned : createNorm;
  const norm = await create(device, program, wanted);
  const ignored = forward.tensors
    .filter(
      ({ name, role }) =>
        (role === "input" || role === "affine" || role === "state") && !tensors.includes(name),
    )
    .map(({ name }) => name);
  return ignored.length === 0 ? norm : ignoring(norm, ignored);
}

/** Each of the forward tensors under its own name, and again under that of its gradient. */
function baseNames(forward: Program): Map<string, string> {
  const names = forward.tensors.filter((one) => one.role !== "scratch").map(({ name }) => name);
  return new Map([
    ...names.map((name) => [prefix + name, name] as const),
    ...names.map((name) => [name, name] as const),
  ]);
}

function outputs({ tensors }: Program): string[] {
  return tensors.filter((one) => one.role === "output").map(({ name }) => name);
}

/** A list of names among the options; undefined where it is left out. */
function names(
  options: Readonly<Record<string, unknown>>,
  key: string,
  what: string,
  known: readonly string[],
): readonly string[] | undefined {
  const list = own(options, key);
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    throw new NormError("N514", `${key}: expected a list of names, given ${JSON.stringify(list)}`);
  }
  refuseUnknown(what, list.map(String), known);
  return list.map(String);
}

/** The program with what it computes and nobody asked for in scratch memory, and with sums in place of values. */
function narrowed(program: Program, asked: ReadonlySet<string>, sums: ReadonlySet<string>): Program {
  const { more } = program;
  const tensors = program.tensors.map(
    (one): ProgramTensor =>
      one.role === "output" && !asked.has(one.name) ? { ...one, role: "scratch" } : one,
  );
  const kernels = adding(program.kernels, sums);
  if (more === undefined) return { ...program, tensors, kernels };
  return { ...program, tensors, kernels, more: async () => ({ more: adding((await more()).more, sums) }) };
}

function adding<T extends FurtherForms>(kernels: readonly T[], sums: ReadonlySet<string>): T[] {
  const form = (one: KernelForm): KernelForm => ({
    ...one,
    bindings: one.bindings.map((binding) =>
      sums.has(binding.tensor) ? { ...binding, adds: true } : binding,
    ),
  });
  return kernels.map((kernel) => ({
    ...kernel,
    forms: kernel.forms.map(form),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, forms: stage.forms.map(form) })),
    },
  }));
}

/** A gradient has the element type of its tensor where nothing else is said. */
function storageOf(
  dtype: Storage | Readonly<Record<string, Storage>> | undefined,
  tensors: readonly string[],
  base: ReadonlyMap<string, string>,
): Storage | Record<string, Storage> | undefined {
  if (typeof dtype !== "object") return dtype;
  refuseUnknown("tensor", givenNames(dtype), [...base.keys()]);
  return Object.fromEntries(
    tensors.map((name) => [name, own(dtype, name) ?? own(dtype, base.get(name)!) ?? ("f32" as const)]),
  );
}

/** What the forward pass reads may always be given, also where the gradients do not depend on it. */
function ignoring(norm: Norm, ignored: readonly string[]): Norm {
  const needed = <T>(given: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !ignored.includes(name)));
  return {
    ...norm,
    encode: (pass, given: BuffersByName) => norm.encode(pass, needed(given)),
    run: (feeds: FeedsByName) => norm.run(needed(feeds)),
  };
}
