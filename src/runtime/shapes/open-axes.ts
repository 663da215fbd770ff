/** Axes whose extents each call gives: which they are, and the dims for a call. Loaded on demand. */
import type { ProgramAxis } from "../../program/program.ts";
import { type Extent, type ExtentsByName, isFixed, isOpen } from "./dynamic.ts";
import { NormError } from "./errors.ts";
import type { Shaped } from "./shapes.ts";
import { shownValue } from "./shown-value.ts";
import { givenNames, own, refuseUnknown } from "./unknown-names.ts";

export interface OpenAxes {
  /** The dims with the largest extents. */
  readonly most: Readonly<Record<string, readonly number[]>>;
  /** The extents of each open axis: one, or those that the caller gave for a variadic axis. */
  readonly axes: ReadonlyMap<string, readonly Extent[]>;
  /** The factors whose extents follow from open axes. */
  readonly factors: ReadonlySet<string>;
  /** The dims for the extents of a call. */
  dimsAt(extents: ExtentsByName | undefined): Readonly<Record<string, readonly number[]>>;
}

/** @throws NormError N524 for a largest extent that is none, or an axis that is open in one tensor and fixed in another. */
export function openAxes(program: Shaped, dims: Readonly<Record<string, readonly Extent[]>>): OpenAxes {
  const axes = new Map<string, readonly Extent[]>();
  const lists = new Map(
    program.tensors.flatMap(({ name, dims: names }) => {
      const given = own(dims, name);
      return Array.isArray(given) ? [[name, listsOf(program, names, given)] as const] : [];
    }),
  );
  for (const list of [...lists.values()].flat()) {
    if (list.sizes.some(isOpen)) axes.set(list.axis, list.sizes);
  }
  for (const [tensor, list] of lists) {
    for (const { axis, sizes } of list) {
      for (const size of sizes) checkMost(axis, size);
      const open = axes.get(axis);
      if (open === undefined || JSON.stringify(open) === JSON.stringify(sizes)) continue;
      throw new NormError(
        "N524",
        `axis ${axis} is open in one tensor, up to ${open.map(mostOf)}, and not the same in ${tensor}: leave it open in both`,
      );
    }
  }
  return {
    most: mostDims(dims),
    axes,
    factors: openFactors(program.axes, [...axes.keys()]),
    dimsAt(extents) {
      refuseUnknown("an open axis", givenNames(extents), [...axes.keys()]);
      const sizes = new Map([...axes].map(([axis, most]) => [axis, sizesAt(axis, most, own(extents, axis))]));
      return Object.fromEntries(
        [...lists].map(([name, list]) => [
          name,
          list.flatMap((one) => sizes.get(one.axis) ?? one.sizes.map(mostOf)),
        ]),
      );
    },
  };
}

interface AxisSizes {
  readonly axis: string;
  readonly sizes: readonly Extent[];
}

/** The dims by axis. A wrong number of dims is found when the shapes are resolved. */
function listsOf({ axes }: Shaped, names: readonly string[], given: readonly Extent[]): readonly AxisSizes[] {
  const fixed = names.length - 1;
  let place = 0;
  return names.map((axis) => {
    const variadic = axes.some((one) => one.variadic && one.name === axis);
    const count = variadic ? Math.max(0, given.length - fixed) : 1;
    place += count;
    return { axis, sizes: given.slice(place - count, place) };
  });
}

/** The dims of a tensor, with the axes that are open in `axes`. @param sizes its largest dims. */
export function reopened(
  program: Shaped,
  { axes }: OpenAxes,
  names: readonly string[],
  sizes: readonly number[],
): readonly Extent[] {
  return listsOf(program, names, sizes).flatMap((one) => axes.get(one.axis) ?? one.sizes);
}

function mostOf(extent: Extent): number {
  return isOpen(extent) ? extent.dynamic : extent;
}

function checkMost(axis: string, extent: Extent): void {
  if (!isOpen(extent) || (Number.isSafeInteger(extent.dynamic) && extent.dynamic >= 1)) return;
  throw new NormError(
    "N524",
    `axis ${axis}: expected dynamic(a whole number from 1), given ${shownValue(extent.dynamic)}`,
  );
}

function sizesAt(
  axis: string,
  most: readonly Extent[],
  given: number | readonly number[] | undefined,
): readonly number[] {
  const sizes = typeof given === "number" ? [given] : given;
  const fits =
    Array.isArray(sizes) &&
    sizes.length === most.length &&
    most.every((one, i) =>
      isOpen(one)
        ? Number.isSafeInteger(sizes[i]) && sizes[i]! >= 1 && sizes[i]! <= one.dynamic
        : sizes[i] === one,
    );
  if (fits) return sizes;
  const wanted = most.map((one) => (isOpen(one) ? `1 to ${one.dynamic}` : String(one)));
  throw new NormError(
    "N524",
    `axis ${axis} is open: expected ${wanted.length === 1 ? wanted[0] : `[${wanted.join(", ")}]`}, given ${given === undefined ? "nothing" : shownValue(given)}`,
  );
}

/** An axis that has the extent of an open axis is open too. */
function openFactors(axes: readonly ProgramAxis[], names: readonly string[]): ReadonlySet<string> {
  const open = new Set<string>();
  const opens = ({ name, factors }: ProgramAxis): boolean =>
    names.includes(name) ||
    factors.some(
      ({ name: own, extent }) =>
        names.includes(own) ||
        (typeof extent === "object" && extent !== null && "axis" in extent && open.has(extent.axis)),
    );
  for (let before = -1; before < open.size; ) {
    before = open.size;
    for (const axis of axes.filter(opens)) for (const one of [axis, ...axis.factors]) open.add(one.name);
  }
  return open;
}

/** The dims with the largest extents. What is no list of dims is left for `resolveShapes` to refuse. */
export function mostDims(
  dims: Readonly<Record<string, readonly Extent[]>>,
): Readonly<Record<string, readonly number[]>> {
  const mostOf = (list: readonly Extent[]): readonly number[] =>
    Array.isArray(list)
      ? list.map((one: Extent) => (isOpen(one) ? one.dynamic : one))
      : (list as readonly number[]);
  return Object.fromEntries(Object.entries(dims).map(([name, list]) => [name, mostOf(list)]));
}

/** @throws NormError N524 if an extent is left open, where a norm is compiled for its shapes. */
export function refuseOpen<Options extends object>(
  options: Options,
): Options & { readonly dims: Readonly<Record<string, readonly number[]>> } {
  if (isFixed(options)) return options;
  throw new NormError("N524", "gpu.js compiles each shape: give every extent as a number");
}
