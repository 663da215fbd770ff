import { initialValue } from "../../program/initial-value.ts";
import { chunkFactor } from "../../program/names.ts";
import type { ProgramAxis, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { NormError } from "./errors.ts";
import { product, type Shapes, scratchLength } from "./lengths.ts";
import { resolveParams } from "./params.ts";
import { shownValue } from "./shown-value.ts";
import { givenNames, own, refuseUnknown } from "./unknown-names.ts";

export type { Shapes } from "./lengths.ts";

/** The part of a program that determines the extents. */
export type Shaped = Pick<ProgramInterface, "axes" | "params" | "tensors">;

/** One number, or a list for a variadic axis, and where it comes from. */
interface Extent {
  readonly sizes: readonly number[];
  readonly from: string;
}

type Extents = Map<string, Extent>;

/**
 * Finds the extent of every axis and factor from the dims of the given tensors and from the params.
 * @throws NormError N501 unknown name, N502 missing input, N503 extents that disagree, N504 an extent that does not
 * divide, N505 wrong rank, N507 unusable param, N308 an axis that no given tensor has.
 */
export function resolveShapes(
  program: Shaped,
  dims: Readonly<Record<string, readonly number[]>>,
  params?: Readonly<Record<string, number>>,
): Shapes {
  const values = resolveParams(program, params);
  const tensors = program.tensors.filter((tensor) => tensor.role !== "scratch");
  refuseUnknown(
    "a tensor",
    givenNames(dims),
    tensors.map((tensor) => tensor.name),
  );

  const extents: Extents = new Map();
  for (const axis of program.axes) readFixed(axis, values, extents);
  // Inputs come first: they set the extents, so the message blames an affine that disagrees.
  const inputsFirst = [...tensors].sort((a, b) => Number(b.role === "input") - Number(a.role === "input"));
  for (const tensor of inputsFirst) {
    const given = own(dims, tensor.name);
    if (given !== undefined) readDims(program, tensor, given, extents);
    else if (tensor.role === "input") {
      throw new NormError("N502", `the dims of ${shown(program, tensor)} are missing`);
    }
  }
  const likes = program.axes.filter((axis) => likeOf(axis) !== undefined);
  for (const axis of program.axes) if (!likes.includes(axis)) completeAxis(program, axis, extents);
  for (const axis of likes) {
    const like = likeOf(axis)!;
    set(extents, axis.name, [flat(extents.get(like)!)], `axis ${like}`);
    completeAxis(program, axis, extents);
  }

  const factors = new Map(
    program.axes.flatMap((axis) => axis.factors).map(({ name }) => [name, flat(extents.get(name)!)]),
  );
  return {
    factors,
    params: values,
    initials: new Map(tensors.map((t) => [t.name, initialValue(t.initial ?? 0, factors, values)])),
    dims: new Map(tensors.map((t) => [t.name, t.dims.flatMap((name) => extents.get(name)!.sizes)])),
    elements: new Map(
      program.tensors.map((t) => {
        const extentOf = (name: string): number => (name === chunkFactor ? 1 : flat(extents.get(name)!));
        return [
          t.name,
          t.values === undefined ? product(t.dims.map(extentOf)) : scratchLength(t.values, extentOf),
        ];
      }),
    ),
  };
}

function flat(extent: Extent): number {
  return product(extent.sizes);
}

function readFixed(axis: ProgramAxis, params: ReadonlyMap<string, number>, extents: Extents): void {
  for (const { name, extent } of axis.factors) {
    if (extent === null || (typeof extent === "object" && "axis" in extent)) continue;
    if (typeof extent === "number") set(extents, name, [extent], "the spec");
    else set(extents, name, [params.get(extent.param)!], `param ${extent.param}`);
  }
}

/** The axis whose extent it has. */
function likeOf({ factors: [factor] }: ProgramAxis): string | undefined {
  const extent = factor!.extent;
  return typeof extent === "object" && extent !== null && "axis" in extent ? extent.axis : undefined;
}

function readDims(program: Shaped, tensor: ProgramTensor, given: readonly number[], extents: Extents): void {
  if (!Array.isArray(given)) {
    throw new NormError(
      "N505",
      `${shown(program, tensor)}: expected a list of dims, given ${shownValue(given)}`,
    );
  }
  const variadic = tensor.dims.findIndex((name) => isVariadic(program, name));
  const fixed = tensor.dims.length - (variadic < 0 ? 0 : 1);
  if (variadic < 0 ? given.length !== fixed : given.length < fixed) {
    const rank = `${variadic < 0 ? "" : "at least "}${fixed}`;
    throw new NormError(
      "N505",
      `${shown(program, tensor)}: expected ${rank} dims, given ${given.length}: ${shownValue(given)}`,
    );
  }
  let position = 0;
  for (const [i, name] of tensor.dims.entries()) {
    const count = i === variadic ? given.length - fixed : 1;
    const sizes = given.slice(position, position + count);
    position += count;
    for (const size of sizes) {
      if (Number.isSafeInteger(size) && size >= 0) continue;
      throw new NormError(
        "N503",
        `axis ${name} of ${tensor.name}: expected a whole number from 0, given ${shownValue(size)}`,
      );
    }
    set(extents, name, sizes, tensor.name);
  }
}

function set(extents: Extents, name: string, sizes: readonly number[], from: string): void {
  const known = extents.get(name);
  if (known === undefined) {
    extents.set(name, { sizes, from });
  } else if (known.sizes.length !== sizes.length || known.sizes.some((size, i) => size !== sizes[i])) {
    throw new NormError(
      "N503",
      `axis ${name}: expected ${text(known.sizes)} (from ${known.from}), given ${text(sizes)} (by ${from})`,
    );
  }
}

/** Completes the extents of an axis and its factors: the axis from its factors, or one factor by division. */
function completeAxis(program: Shaped, axis: ProgramAxis, extents: Extents): void {
  const whole = extents.get(axis.name);
  const unknown = axis.factors.filter((factor) => !extents.has(factor.name));
  const known = axis.factors.filter((factor) => extents.has(factor.name));
  const rest = product(known.map((factor) => flat(extents.get(factor.name)!)));
  const names = axis.factors.map((factor) => factor.name).join(" * ");

  if (whole === undefined) {
    if (unknown.length > 0) throw notGiven(program, unknown[0]!.name, axis.name);
    // A variadic factor keeps its list. With several factors only the product is useful.
    const sizes = axis.factors.length === 1 ? extents.get(axis.factors[0]!.name)!.sizes : [rest];
    extents.set(axis.name, { sizes, from: names });
    return;
  }
  if (unknown.length > 1) throw notGiven(program, unknown[0]!.name, axis.name);
  const [factor] = unknown;
  if (factor !== undefined && axis.factors.length === 1) {
    extents.set(factor.name, whole);
  } else if (factor !== undefined) {
    const size = flat(whole) / rest;
    if (!Number.isSafeInteger(size)) throw notDivisible(axis, whole, known[0]!.name, extents, rest);
    extents.set(factor.name, { sizes: [size], from: axis.name });
  } else if (rest !== flat(whole)) {
    if (axis.factors.length > 1) throw notDivisible(axis, whole, known[0]!.name, extents, rest);
    set(extents, axis.name, [rest], extents.get(known[0]!.name)!.from);
  }
}

function notDivisible(
  axis: ProgramAxis,
  whole: Extent,
  first: string,
  extents: Extents,
  rest: number,
): NormError {
  const split = `${axis.name} = ${axis.factors.map((factor) => factor.name).join(" * ")}`;
  const known = axis.factors.filter((factor) => extents.has(factor.name));
  const parts = known.map(({ name }) => {
    const { sizes, from } = extents.get(name)!;
    return `${name} = ${text(sizes)} (from ${from})`;
  });
  const verb = known.length === axis.factors.length ? "is not the product of" : "does not divide by";
  const by =
    known.length === 1 ? `${first} = ${rest} (from ${extents.get(first)!.from})` : parts.join(" and ");
  return new NormError(
    "N504",
    `axis ${split}: ${axis.name} = ${text(whole.sizes)} (from ${whole.from}) ${verb} ${by}`,
  );
}

function notGiven(program: Shaped, name: string, axis: string): NormError {
  const having = program.tensors.filter(
    (tensor) => tensor.role !== "scratch" && (tensor.dims.includes(name) || tensor.dims.includes(axis)),
  );
  const hint =
    having.length === 0 ? "" : `: give the dims of ${having.map((t) => shown(program, t)).join(" or ")}`;
  return new NormError("N308", `the extent of axis ${name} is not known${hint}`);
}

function isVariadic(program: Shaped, name: string): boolean {
  return program.axes.some((axis) => axis.variadic && axis.name === name);
}

function shown(program: Shaped, tensor: ProgramTensor): string {
  const dims = tensor.dims.map((name) => (isVariadic(program, name) ? `...${name}` : name));
  return `${tensor.name}[${dims.join(", ")}]`;
}

function text(sizes: readonly number[]): string {
  return sizes.length === 1 ? String(sizes[0]) : `[${sizes.join(", ")}]`;
}
