/** What the options of a backward pass ask for: which gradients, at which dims and element types. */
import type { Dtype, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { NormOptions, Tune } from "./norm-types.ts";
import { type OptionKeys, readOptions } from "./read-options.ts";

export interface BackwardOptions<P extends ProgramInterface> {
  /** The backward programs of the mode, last the one that computes everything. */
  readonly candidates: readonly P[];
  /** The forward tensors whose gradients are wanted, and those of them whose gradients are added to what is there. */
  readonly wanted: ReadonlySet<string>;
  readonly accumulated: ReadonlySet<string>;
  readonly tune: Tune | undefined;
  /** What a backward program is made for. */
  optionsFor(program: ProgramInterface): Omit<NormOptions, "choose">;
  /** The forward tensors that a backward program does not read: its caller may give them all the same. */
  ignoredBy(program: ProgramInterface): readonly string[];
}

/**
 * @param programs the forward programs, whose dims, params and names the options give.
 * @param load brings their backward programs, for each mode last the one that computes everything.
 * @throws NormError those of `readOptions`, and N501 or N514 for what cannot be asked for.
 */
export async function readBackwardOptions<P extends ProgramInterface>(
  programs: readonly ProgramInterface[],
  load: () => Promise<{ readonly backward: readonly P[] }>,
  options: object,
  keys: OptionKeys & { readonly of: string; readonly accumulate?: string },
): Promise<BackwardOptions<P>> {
  const { program: forward, dims, params, dtype, tune } = readOptions(programs, options, keys);
  const { backward } = await load();
  backward.forEach(refuseOtherFormat);
  const candidates = backward.filter((one) => one.mode === forward.mode);
  const available = gradients(candidates.at(-1)!).map(({ gradientOf }) => gradientOf);
  const of = listed(options, keys.of, "a tensor with a gradient", available) ?? available;
  const { accumulate } = keys;
  const accumulated =
    accumulate === undefined ? [] : (listed(options, accumulate, "a requested gradient", of) ?? []);
  if (of.length === 0)
    throw new NormError("N514", `${keys.of}: expected some of ${available.join(", ")}, given none`);
  const shapes = resolveShapes(forward, dims, params);
  const known = [forward, ...candidates].flatMap((one) => one.tensors.filter(isGiven));
  if (typeof dtype === "object") {
    refuseUnknown("a tensor", givenNames(dtype), [...new Set(known.map(({ name }) => name))]);
  }
  return {
    candidates,
    tune,
    wanted: new Set(of),
    accumulated: new Set(accumulated),
    optionsFor(program) {
      // What is saved has neither dims nor another type than f32.
      const tensors = program.tensors.filter((one) => isGiven(one) && one.role !== "saved");
      return {
        dims: Object.fromEntries(
          tensors.map(({ name, gradientOf = name }) => [name, shapes.dims.get(gradientOf)!]),
        ),
        params,
        dtype: typeof dtype === "object" ? dtypesOf(tensors, dtype) : dtype,
      };
    },
    ignoredBy(program) {
      const read = new Set(program.tensors.map(({ name }) => name));
      return forward.tensors
        .filter((one) => isGiven(one) && one.role !== "output" && !read.has(one.name))
        .map(({ name }) => name);
    },
  };
}

function isGiven({ role }: ProgramTensor): boolean {
  return role !== "scratch";
}

/** The gradients that a program computes. */
export function gradients({ tensors }: ProgramInterface): { name: string; gradientOf: string }[] {
  return tensors.flatMap(({ name, role, gradientOf }) =>
    role === "output" && gradientOf !== undefined ? [{ name, gradientOf }] : [],
  );
}

/** A list of names among the options; undefined where it is left out. */
function listed(
  options: object,
  key: string,
  what: string,
  known: readonly string[],
): readonly string[] | undefined {
  const list = own(options as Readonly<Record<string, unknown>>, key);
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    throw new NormError("N514", `${key}: expected a list of names, given ${JSON.stringify(list)}`);
  }
  refuseUnknown(what, list.map(String), known);
  return list.map(String);
}

/** A gradient has the element type of its tensor where nothing else is said. */
function dtypesOf(
  tensors: readonly ProgramTensor[],
  dtype: Readonly<Record<string, Dtype>>,
): Record<string, Dtype> {
  return Object.fromEntries(
    tensors.map(({ name, gradientOf = name }) => [name, own(dtype, name) ?? own(dtype, gradientOf) ?? "f32"]),
  );
}

/** The values without those of some names. */
export function without<T>(
  values: Readonly<Record<string, T>>,
  ignored: readonly string[],
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !ignored.includes(name)));
}
