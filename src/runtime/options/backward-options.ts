/** What the options of a backward pass ask for: which gradients, at which dims and element types. */
import type { Dtype, ProgramInterface } from "../../program/program.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { NormOptions, Tune } from "./norm-types.ts";
import { type OptionKeys, readOptions } from "./read-options.ts";

const prefix = "d_";

export interface Asked {
  /** The gradients, and those of them that are added to what is there. */
  readonly asked: ReadonlySet<string>;
  readonly sums: ReadonlySet<string>;
  readonly tune: Tune | undefined;
  /** What a backward program is made for. */
  optionsFor(program: ProgramInterface): Omit<NormOptions, "choose">;
  /** What may be given, since the forward pass reads it, and that program does not read. */
  ignoredBy(program: ProgramInterface): readonly string[];
}

/**
 * @param forward the programs whose dims, params and names the options give.
 * @param load brings their backward programs, for each mode last the one that computes everything.
 * @throws NormError those of `readOptions`, and N501 or N514 for what cannot be asked for.
 */
export async function readAsked<P extends ProgramInterface>(
  programs: readonly ProgramInterface[],
  load: () => Promise<{ readonly backward: readonly P[] }>,
  options: object,
  keys: OptionKeys & { readonly of: string; readonly accumulate?: string },
): Promise<Asked & { readonly candidates: readonly P[] }> {
  const given = options as Readonly<Record<string, unknown>>;
  const { program: forward, dims, params, dtype, tune } = readOptions(programs, given, keys);
  const { backward } = await load();
  const candidates = backward.filter((one) => one.mode === forward.mode);
  const offered = outputs(candidates.at(-1)!).map((name) => name.slice(prefix.length));
  const of = names(given, keys.of, "tensor with a gradient", offered) ?? offered;
  const { accumulate } = keys;
  const sums = accumulate === undefined ? [] : (names(given, accumulate, "gradient asked for", of) ?? []);
  if (of.length === 0)
    throw new NormError("N514", `${keys.of}: expected some of ${offered.join(", ")}, given none`);
  const shapes = resolveShapes(forward, dims, params);
  const base = baseNames(forward);
  return {
    candidates,
    tune,
    asked: new Set(of.map((name) => prefix + name)),
    sums: new Set(sums.map((name) => prefix + name)),
    optionsFor(program) {
      // What is saved has neither dims nor another type than f32.
      const tensors = program.tensors
        .filter(({ role }) => role !== "scratch" && role !== "saved")
        .map(({ name }) => name);
      return {
        dims: Object.fromEntries(tensors.map((name) => [name, shapes.dims.get(base.get(name)!)!])),
        params,
        dtype: dtypesOf(dtype, tensors, base),
      };
    },
    ignoredBy(program) {
      const read = new Set(program.tensors.map(({ name }) => name));
      return forward.tensors
        .filter(({ name, role }) => role !== "output" && role !== "scratch" && !read.has(name))
        .map(({ name }) => name);
    },
  };
}

/** Each of the forward tensors under its own name, and again under that of its gradient. */
function baseNames(forward: ProgramInterface): Map<string, string> {
  const names = forward.tensors.filter((one) => one.role !== "scratch").map(({ name }) => name);
  return new Map([
    ...names.map((name) => [prefix + name, name] as const),
    ...names.map((name) => [name, name] as const),
  ]);
}

export function outputs({ tensors }: ProgramInterface): string[] {
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

/** A gradient has the element type of its tensor where nothing else is said. */
function dtypesOf(
  dtype: Dtype | Readonly<Record<string, Dtype>> | undefined,
  tensors: readonly string[],
  base: ReadonlyMap<string, string>,
): Dtype | Record<string, Dtype> | undefined {
  if (typeof dtype !== "object") return dtype;
  refuseUnknown("tensor", givenNames(dtype), [...base.keys()]);
  return Object.fromEntries(
    tensors.map((name) => [name, own(dtype, name) ?? own(dtype, base.get(name)!) ?? ("f32" as const)]),
  );
}

/** The values without those of some names. */
export function without<T>(
  given: Readonly<Record<string, T>>,
  ignored: readonly string[],
): Record<string, T> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !ignored.includes(name)));
}
