/** Reads the options of a backward pass: which gradients, at which dims and element types. */
import type { FloatType, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { NormError } from "../shapes/errors.ts";
import { openAxes, reopened } from "../shapes/open-axes.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { OpenOptions, Tune } from "./norm-types.ts";
import { type OptionKeys, readOptions } from "./read-options.ts";

export interface BackwardOptions<P extends ProgramInterface> {
  /** The backward programs of the mode. The last one computes everything. */
  readonly candidates: readonly P[];
  /** The forward tensors whose gradients are wanted, and the ones among them whose gradients are accumulated. */
  readonly wanted: ReadonlySet<string>;
  readonly accumulated: ReadonlySet<string>;
  readonly tune: Tune | undefined;
  readonly sharedBuffers: boolean | undefined;
  readonly inPlace: Readonly<Record<string, string>> | undefined;
  /** The options that a backward program is created with. */
  optionsFor(program: ProgramInterface): Pick<OpenOptions, "dims" | "params" | "dtype">;
  /** The forward tensors that a backward program does not read. The caller may still give them. */
  ignoredBy(program: ProgramInterface): readonly string[];
}

/**
 * @param programs the forward programs. The options use their dims, params and names.
 * @param backward the backward programs. For each mode, the last one computes everything.
 * @throws NormError the errors of `readOptions`, and N501 or N514 for gradients that do not exist.
 */
export function readBackwardOptions<P extends ProgramInterface>(
  programs: readonly ProgramInterface[],
  backward: readonly P[],
  options: object,
  keys: OptionKeys & { readonly of: string; readonly accumulate?: string },
): BackwardOptions<P> {
  const { program: forward, dims, params, dtype, ...others } = readOptions(programs, options, keys);
  backward.forEach(refuseOtherFormat);
  const candidates = backward.filter((one) => one.mode === forward.mode);
  const available = gradients(candidates.at(-1)!).map(({ gradientOf }) => gradientOf);
  const of = listed(options, keys.of, "a tensor with a gradient", available) ?? available;
  const { accumulate } = keys;
  const accumulated =
    accumulate === undefined ? [] : (listed(options, accumulate, "a requested gradient", of) ?? []);
  if (of.length === 0)
    throw new NormError("N514", `${keys.of}: expected some of ${available.join(", ")}, given none`);
  const open = openAxes(forward, dims);
  const shapes = resolveShapes(forward, open.most, params);
  const known = [forward, ...candidates].flatMap((one) => one.tensors.filter(isGiven));
  const byName = typeof dtype === "object" && dtype !== null ? dtype : undefined;
  if (byName !== undefined) {
    refuseUnknown("a tensor", givenNames(byName), [...new Set(known.map(({ name }) => name))]);
  }
  return {
    candidates,
    ...others,
    wanted: new Set(of),
    accumulated: new Set(accumulated),
    optionsFor(program) {
      // Saved tensors have no dims, and they are always f32.
      const tensors = program.tensors.filter((one) => isGiven(one) && one.role !== "saved");
      return {
        dims: Object.fromEntries(
          tensors.map(({ name, dims: names, gradientOf = name }) => [
            name,
            reopened(forward, open, names, shapes.dims.get(gradientOf)!),
          ]),
        ),
        params,
        dtype: byName === undefined ? dtype : dtypesOf(tensors, byName),
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

/** Reads a list of names from the options; undefined if it is omitted. */
function listed(
  options: object,
  key: string,
  what: string,
  known: readonly string[],
): readonly string[] | undefined {
  const list = own(options as Readonly<Record<string, unknown>>, key);
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    throw new NormError("N514", `${key}: expected a list of names, given ${shownValue(list)}`);
  }
  refuseUnknown(what, list.map(String), known);
  return list.map(String);
}

/** The default dtype of a gradient is that of its tensor. Integers are what their spec says. */
function dtypesOf(
  tensors: readonly ProgramTensor[],
  dtype: Readonly<Record<string, FloatType>>,
): Record<string, FloatType> {
  return Object.fromEntries(
    tensors.flatMap(({ name, gradientOf = name }) => {
      // Not `??`: a value of null is a mistake, which the program refuses.
      const given = [own(dtype, name), own(dtype, gradientOf)].find((one) => one !== undefined);
      return given === undefined ? [] : [[name, given]];
    }),
  );
}

/** A copy of the record without the ignored names. */
export function without<T>(
  values: Readonly<Record<string, T>>,
  ignored: readonly string[],
): Record<string, T> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !ignored.includes(name)));
}
