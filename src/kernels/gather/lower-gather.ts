/**
 * From a planned pass to a gather kernel: kernel IR that loads, computes, and ends with the numbers of one texel. The
 * row, its reductions and its values are lowered as for WebGPU; then one lane does it all (`scalarize.ts`).
 */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import type { Address } from "../body/address.ts";
import { createContext } from "../body/context.ts";
import { bind, createFrame, type Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { lowerReductions } from "../body/reduce.ts";
import { lowerValue, type ValueContext } from "../body/value.ts";
import { add, builtin, div, extentOf, f32, mul, sub } from "../ir/expr.ts";
import { type Constant, constantKey, type Expr, type Stmt } from "../ir/ir.ts";
import { everyExpr, everyStmt, expressionsOf } from "../ir/visit.ts";
import type { MapPass, StatisticsPass } from "../schedule/gather-plan.ts";
import type { PartNumbers } from "../schedule/handed-on.ts";
import { mergePartials } from "../strategies/merge-partials.ts";
import { partRange } from "../strategies/part-range.ts";
import { oneLane, oneLaneValue, partsFactor } from "./scalarize.ts";

export interface GatherKernel {
  /** The factors of what it makes, slowest first: `group` is the number of the texel. */
  readonly grid: AxisSet;
  /** Only `let`, `var`, `assign`, `load` of one element, `for`, `if`; no constant but extents and params. */
  readonly body: readonly Stmt[];
  /** The numbers of the texel. */
  readonly values: readonly Expr[];
  readonly constants: readonly Constant[];
  /** The tensors that it loads from, in the order of first use. */
  readonly loads: readonly string[];
}

/** Where a row in parts hands on what the parts add up to: the names by which the merging pass loads each slot. */
export const partSlot = (pass: StatisticsPass, slot: number): string => `${pass.name}.part.${slot}`;

export interface StatisticsKernels {
  readonly whole: GatherKernel;
  /** A texel for each part of each row, and the merging of them. */
  readonly split: {
    readonly part: GatherKernel;
    readonly merge: GatherKernel;
    readonly slots: number;
  } | null;
}

type AddressOf = (tensor: string) => Address;

export function lowerMap({ target }: MapPass, addressOf: AddressOf): GatherKernel {
  const context = contextOf([target.value], addressOf);
  const row = rowFrame(target.factors, builtin("group"));
  const value = lowerValue(context, row, target.value);
  return kernelOf(target.factors, row, [value], null);
}

export function lowerStatistics(pass: StatisticsPass, addressOf: AddressOf): StatisticsKernels {
  const path: Path = { over: pass.row, vector: null, range: { kind: "whole" } };
  const context = contextOf(pass.reductions, addressOf);
  const row = rowFrame(pass.grid, builtin("group"));
  lowerReductions(context, row, pass.reductions, path);
  const whole = kernelOf(pass.grid, row, valuesOf(row, pass.reductions), null);
  return { whole, split: pass.parts && lowerSplit(pass, pass.parts, path, addressOf) };
}

function lowerSplit(
  pass: StatisticsPass,
  parts: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): StatisticsKernels["split"] {
  return {
    part: lowerPart(pass, parts, path, addressOf),
    merge: lowerMerge(pass, parts, path, addressOf),
    slots: parts.end,
  };
}

/** Texel `part · rows + row`. */
function lowerPart(
  pass: StatisticsPass,
  { handsOn, end }: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): GatherKernel {
  const reductions = handsOn.map((one) => one.node);
  const context = contextOf(reductions, addressOf);
  const { nameOf } = context;
  const rows = extentOf(pass.grid);
  const top = createFrame(null, null);
  const part = bind(top, "part", div(builtin("group"), rows), nameOf);
  const place = bind(top, "row", sub(builtin("group"), mul(part, rows)), nameOf);
  const row = { ...rowFrame(pass.grid, place), body: top.body };
  const range = partRange(row, path, nameOf);
  lowerReductions(context, row, reductions, { ...path, range });
  const values: Expr[] = [];
  for (const { node, slot } of handsOn) values[slot] = row.values.get(node) as Expr;
  // Of a sample alone nothing is merged: its two other slots stay empty.
  const all = Array.from({ length: end }, (_, slot) => values[slot] ?? f32(0));
  return kernelOf([partsFactor, ...pass.grid], row, all, part);
}

function lowerMerge(
  pass: StatisticsPass,
  { handsOn }: PartNumbers,
  path: Path,
  addressOf: AddressOf,
): GatherKernel {
  const context = contextOf(pass.reductions, addressOf);
  const row = rowFrame(pass.grid, builtin("group"));
  mergePartials(context, row, path, pass.reductions, handsOn, (slot, part) => ({
    tensor: partSlot(pass, slot),
    index: add(mul(part, extentOf(pass.grid)), builtin("group")),
  }));
  return kernelOf(pass.grid, row, valuesOf(row, pass.reductions), null);
}

function contextOf(values: readonly Node[], addressOf: AddressOf): ValueContext {
  return createContext(values, addressOf, { barriers: false, kept: [] });
}

function rowFrame(grid: AxisSet, linear: Expr): Frame {
  return createFrame(null, { factors: grid, linear, vector: null });
}

function valuesOf(row: Frame, nodes: readonly Node[]): Expr[] {
  return nodes.map((one) => row.values.get(one) as Expr);
}

function kernelOf(grid: AxisSet, row: Frame, values: readonly Expr[], part: Expr | null): GatherKernel {
  const body = oneLane(row.body, part);
  const ends = values.map((one) => oneLaneValue(one, part));
  const constants = new Map<string, Constant>();
  const loads = new Set<string>();
  const note = (root: Expr): void => {
    for (const one of everyExpr(root)) {
      if (one.kind === "constant") constants.set(constantKey(one.constant), one.constant);
    }
  };
  for (const stmt of everyStmt(body)) {
    if (stmt.kind === "load") loads.add(stmt.tensor);
    expressionsOf(stmt).forEach(note);
  }
  ends.forEach(note);
  return { grid, body, values: ends, constants: [...constants.values()], loads: [...loads] };
}
