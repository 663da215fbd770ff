/** The form for shapes and params of a norm, and what was typed into it as sizes. */

import type { Graph } from "../../../src/graph/tensor/graph.ts";
import type { ProgramAxis, ProgramInterface } from "../../../src/program/program.ts";
import { readSizes, type Sizes } from "../../../src/tools/cli/arguments/settings.ts";
import type { Field, TypedSizes } from "./protocol.ts";

/**
 * An axis is a field; where it is split and more than one factor is free, each of these is one. The extents give at most some
 * 65,000 elements: enough for a time, and few enough for the oracle.
 */
export function fieldsOf({ axes, params }: Pick<ProgramInterface, "axes" | "params">): Field[] {
  const isExtent = (name: string): boolean =>
    axes.some((axis) => axis.name === name || axis.factors.some((one) => one.name === name));
  const initials = new Map(params.map((one) => [one.name, one.initial]));
  const hasVariadic = axes.some((one) => one.variadic);
  const free = axes.filter((axis) => axis.factors.some((one) => one.extent === null));
  const ofAxes = free.flatMap((axis): Field[] => {
    const field = (name: string, initial: string): Field => ({
      name,
      kind: "axis",
      initial,
      variadic: axis.variadic,
    });
    if (axis.variadic) return [field(axis.name, axis === axes[0] ? "8x16" : "16x16")];
    const open = axis.factors.filter((one) => one.extent === null);
    if (axis.factors.length === 1) return [field(axis.name, String(usual(axis, free, hasVariadic)))];
    if (open.length > 1) return open.map((one) => field(one.name, "8"));
    const known = knownPart(axis, initials);
    // A few channels in each group, a few samples in each ghost batch.
    const each = axis === axes[0] ? 2 : Math.max(2, Math.round(64 / known));
    return [field(axis.name, String(known * each))];
  });
  const ofParams = params.map(
    (one): Field => ({ name: one.name, kind: "param", initial: String(one.initial), variadic: false }),
  );
  return [
    ...smaller(ofAxes),
    ...ofParams.sort((a, b) => Number(isExtent(b.name)) - Number(isExtent(a.name))),
  ];
}

/** The most elements that axes have together, for a first result at once. */
const most = 2 ** 16;

/** While there are too many elements, halves a short first extent, else those of images. Split axes need whole factors. */
function smaller(fields: readonly Field[]): readonly Field[] {
  const [first, ...rest] = fields;
  const elements = fields.reduce((product, { initial }) => product * volumeOf(initial), 1);
  if (first === undefined || elements <= most) return fields;
  if (/^[48]$/.test(first.initial))
    return smaller([{ ...first, initial: String(Number(first.initial) / 2) }, ...rest]);
  return fields.map((one) => (one.initial === "16x16" ? { ...one, initial: "8x8" } : one));
}

function volumeOf(extents: string): number {
  return extents.split("x").reduce((product, one) => product * Number(one), 1);
}

function usual(axis: ProgramAxis, free: readonly ProgramAxis[], hasVariadic: boolean): number {
  const isLast = axis === free.at(-1);
  if (hasVariadic) return free[0]?.variadic === true ? 256 : axis === free[0] && free.length > 1 ? 8 : 32;
  if (isLast) return 256;
  return free.length > 2 ? 16 : 64;
}

function knownPart({ factors }: ProgramAxis, initials: ReadonlyMap<string, number>): number {
  return factors.reduce((product, { extent }) => {
    if (typeof extent === "number") return product * extent;
    return extent !== null && "param" in extent ? product * (initials.get(extent.param) ?? 1) : product;
  }, 1);
}

/** @throws CommandError with a message for people. */
export function sizesOf(typed: TypedSizes, graph: Graph): Sizes {
  const words = (given: Readonly<Record<string, string>>): string[] =>
    Object.entries(given).map(([name, value]) => `${name}=${value.trim()}`);
  return readSizes({ shape: words(typed.extents), set: words(typed.params) }, graph);
}
