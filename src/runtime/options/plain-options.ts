/**
 * The quick way through the options of a generated module, for a page that should load little: it takes what is as usual and
 * right, and leaves everything else, mistakes among it, to `read-options.ts` and `shapes.ts`, which such a page loads then.
 */
import { programFormat } from "../../program/format.ts";
import { chunkFactor } from "../../program/names.ts";
import type { ProgramInterface } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import { product, scratchLength } from "../shapes/lengths.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { OptionKeys } from "./read-options.ts";

export interface PlainOptions<P extends ProgramInterface> {
  readonly program: P;
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
}

/** The program of the mode with its extents. Undefined for options that are not plain: those with element types, for one. */
export function plainOptions<P extends ProgramInterface>(
  programs: readonly P[],
  options: object,
  { mode }: OptionKeys,
): PlainOptions<P> | undefined {
  const given = new Map<string, unknown>(Object.entries(options));
  const program = programs.find((one) => one.mode === (given.get(mode) ?? null));
  if (program === undefined || program.format !== programFormat) return undefined;
  given.delete(mode);
  const shapes = plainShapes(program, given);
  if (shapes === undefined || given.size > 0) return undefined;
  return {
    program,
    shapes,
    dtypes: new Map(program.tensors.map(({ name, dtype }) => [name, dtype ?? "f32"] as const)),
  };
}

/** Takes what it reads out of `given`. */
function plainShapes(
  { axes, params, tensors }: ProgramInterface,
  given: Map<string, unknown>,
): Shapes | undefined {
  let plain = true;
  const take = (name: string): unknown => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const extents = new Map<string, readonly number[]>();
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const set = (name: string, sizes: readonly number[]): void => {
    plain &&= sizes.every(isCount) && String(extents.get(name) ?? sizes) === String(sizes);
    extents.set(name, sizes);
  };
  const flat = (name: string): number => product(extents.get(name)!);
  const values = new Map<string, number>();
  for (const { name, initial, kind } of params) {
    const value = take(name) ?? initial;
    plain &&=
      typeof value === "number" &&
      (kind === "extent"
        ? isCount(value) && value > 0
        : kind === "number" && Number.isFinite(Math.fround(value)));
    values.set(name, kind === "number" ? Math.fround(value as number) : (value as number));
  }
  for (const { name, dims, role } of tensors) {
    const sizes = role === "scratch" ? undefined : take(name);
    if (sizes === undefined) {
      plain &&= role !== "input";
      continue;
    }
    if (!Array.isArray(sizes)) return undefined;
    // A variadic axis takes what the others leave.
    const spare = sizes.length - dims.length;
    let at = 0;
    for (const one of dims) {
      const count = axes.some(({ name, variadic }) => variadic && name === one) ? spare + 1 : 1;
      if (count < 0) return undefined;
      set(one, sizes.slice(at, at + count));
      at += count;
    }
    plain &&= at === sizes.length;
  }
  for (const { name, factors } of axes) {
    for (const { name, extent } of factors) {
      if (typeof extent === "number") set(name, [extent]);
      else if (extent !== null) {
        if (!("param" in extent)) return undefined;
        set(name, [values.get(extent.param)!]);
      }
    }
    const open = factors.filter((one) => !extents.has(one.name));
    const [factor] = open;
    if (open.length > 1 || (factor !== undefined && !extents.has(name))) return undefined;
    const rest = product(factors.map((one) => (one === factor ? 1 : flat(one.name))));
    if (factor !== undefined)
      set(factor.name, factors.length === 1 ? extents.get(name)! : [flat(name) / rest]);
    else if (!extents.has(name)) set(name, factors.length === 1 ? extents.get(factors[0]!.name)! : [rest]);
    else plain &&= flat(name) === rest;
  }
  const extentOf = (name: string): number => (name === chunkFactor ? 1 : flat(name));
  const known = tensors.filter(({ role }) => role !== "scratch");
  return plain && known.every(({ initial = 0 }) => typeof initial === "number")
    ? {
        factors: new Map(axes.flatMap((axis) => axis.factors.map(({ name }) => [name, flat(name)]))),
        params: values,
        dims: new Map(known.map(({ name, dims }) => [name, dims.flatMap((one) => extents.get(one)!)])),
        elements: new Map(
          tensors.map(({ name, dims, values }) => [
            name,
            values === undefined ? product(dims.map(extentOf)) : scratchLength(values, extentOf),
          ]),
        ),
        initials: new Map(known.map(({ name, initial = 0 }) => [name, initial as number])),
      }
    : undefined;
}
