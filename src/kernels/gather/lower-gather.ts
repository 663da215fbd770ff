/**
 * Lowers a planned draw to a gather kernel: kernel IR that loads, computes, and ends with the numbers of one texel. The
 * row, its reductions and its values are lowered as for WebGPU. Then `scalarize.ts` gives all work to one lane.
 */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import { partsFactor } from "../../program/names.ts";
import type { Address } from "../body/address.ts";
import { countUses, createContext } from "../body/context.ts";
import { bind, createFrame, type Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { lowerReductions } from "../body/statistics/reduce.ts";
import { lowerValue } from "../body/value.ts";
import type { ValueContext } from "../body/value-context.ts";
import { add, builtin, div, extentOf, f32, mul, sub } from "../ir/expr.ts";
import { constantKey, type Expr } from "../ir/ir.ts";
import type { ScalarConstant, ScalarExpr, ScalarStmt } from "../ir/scalar.ts";
import { everyExpr, everyExprIn, everyStmt } from "../ir/visit.ts";
import type { MapDraw, StatisticsDraw } from "../schedule/gather-plan.ts";
import type { PartNumbers } from "../schedule/handed-on.ts";
import { mergePartials } from "../strategies/merge-partials.ts";
import { partRange } from "../strategies/part-range.ts";
import { scalarExpr, scalarize } from "./scalarize.ts";

export interface GatherKernel {
  /** The factors of its result, slowest first. `group` is the number of the texel. */
  readonly grid: AxisSet;
  readonly body: readonly ScalarStmt[];
  /** The numbers of the texel. */
  readonly values: readonly ScalarExpr[];
  readonly constants: readonly ScalarConstant[];
  /** The tensors that it loads from, in the order of their first use. */
  readonly loads: readonly string[];
}

/** The name by which the merging draw loads a slot that the parts of a row hand on. */
export const partSlot = (draw: StatisticsDraw, slot: number): string => `${draw.name}.part.${slot}`;

export interface StatisticsKernels {
  readonly whole: GatherKernel;
  /** A draw with a texel for each part of each row, and the draw that merges them. */
  readonly split: {
    readonly part: GatherKernel;
    readonly merge: GatherKernel;
    readonly slots: number;
  } | null;
}

/** All expressions of a kernel, including nested ones. */
export function* everyExprOf({ body, values }: Pick<GatherKernel, "body" | "values">): Generator<ScalarExpr> {
  yield* everyExprIn(body);
  for (const one of values) yield* everyExpr(one);
}

type AddressOf = (tensor: string) => Address;

export function lowerMap({ target }: MapDraw, addressOf: AddressOf): GatherKernel {
  const context = contextOf([target.value], addressOf);
  const row = rowFrame(target.factors, builtin("group"));
  const value = lowerValue(context, row, target.value);
  return kernelOf(target.factors, row, [value], null);
}

export function lowerStatistics(draw: StatisticsDraw, addressOf: AddressOf): StatisticsKernels {
  const path: Path = { over: draw.row, vector: null, range: { kind: "whole" } };
  const context = contextOf(draw.reductions, addressOf);
  const row = rowFrame(draw.grid, builtin("group"));
  lowerReductions(context, row, draw.reductions, path);
  const whole = kernelOf(draw.grid, row, valuesOf(row, draw.reductions), null);
  return { whole, split: draw.parts && lowerSplit(draw, draw.parts, path, addressOf) };
}

function lowerSplit(
  draw: StatisticsDraw,
  parts: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): StatisticsKernels["split"] {
  return {
    part: lowerPart(draw, parts, path, addressOf),
    merge: lowerMerge(draw, parts, path, addressOf),
    slots: parts.end,
  };
}

/** Texel `part · rows + row`. */
function lowerPart(
  draw: StatisticsDraw,
  { handsOn, end }: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): GatherKernel {
  const reductions = handsOn.map((one) => one.node);
  const context = contextOf(reductions, addressOf);
  const { nameOf } = context;
  const rows = extentOf(draw.grid);
  const top = createFrame(null, null);
  const part = bind(top, "part", div(builtin("group"), rows), nameOf);
  const place = bind(top, "row", sub(builtin("group"), mul(part, rows)), nameOf);
  const row = { ...rowFrame(draw.grid, place), body: top.body };
  const range = partRange(row, path, nameOf);
  lowerReductions(context, row, reductions, { ...path, range });
  const values: Expr[] = [];
  for (const { node, slot } of handsOn) values[slot] = row.values.get(node) as Expr;
  // A sample alone needs no merging, so its two other slots stay empty.
  const all = Array.from({ length: end }, (_, slot) => values[slot] ?? f32(0));
  return kernelOf([partsFactor, ...draw.grid], row, all, part);
}

function lowerMerge(
  draw: StatisticsDraw,
  { handsOn }: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): GatherKernel {
  const context = contextOf(draw.reductions, addressOf);
  const row = rowFrame(draw.grid, builtin("group"));
  mergePartials(context, row, path, draw.reductions, handsOn, (slot, part) => ({
    tensor: partSlot(draw, slot),
    index: add(mul(part, extentOf(draw.grid)), builtin("group")),
  }));
  return kernelOf(draw.grid, row, valuesOf(row, draw.reductions), null);
}

function contextOf(values: readonly Node[], addressOf: AddressOf): ValueContext {
  return createContext(countUses(values), addressOf, { barriers: false, kept: [] });
}

function rowFrame(grid: AxisSet, linear: Expr): Frame {
  return createFrame(null, { factors: grid, linear, vector: null });
}

function valuesOf(row: Frame, nodes: readonly Node[]): Expr[] {
  return nodes.map((one) => row.values.get(one) as Expr);
}

function kernelOf(grid: AxisSet, row: Frame, results: readonly Expr[], partOfRow: Expr | null): GatherKernel {
  const part = partOfRow && scalarExpr(partOfRow, null);
  const body = scalarize(row.body, part);
  const values = results.map((one) => scalarExpr(one, part));
  const constants = new Map<string, ScalarConstant>();
  for (const one of everyExprOf({ body, values })) {
    if (one.kind === "constant") constants.set(constantKey(one.constant), one.constant);
  }
  const loads = new Set([...everyStmt(body)].flatMap((one) => (one.kind === "load" ? [one.tensor] : [])));
  return { grid, body, values, constants: [...constants.values()], loads: [...loads] };
}
