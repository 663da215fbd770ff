/** Writes what a kernel stores: element by element over the row, and once for each row. */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import { reachable, tensorsIn } from "../../graph/tensor/graph.ts";
import { add, binary, builtin, f32, fold, local, select, u32, widen } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { Target } from "../schedule/plan.ts";
import { elementIndex } from "./element-index.ts";
import { createFrame, type Frame } from "./frame.ts";
import { eachStep, eachStepOfParts, type Path } from "./loop.ts";
import { storeTargets } from "./store-targets.ts";
import { accessOf, lowerValue } from "./value.ts";
import type { ValueContext } from "./value-context.ts";

export function storeElements(
  context: ValueContext,
  row: Frame,
  path: Path,
  active: Expr,
  targets: readonly Target[],
  sums: { readonly columns: readonly Target[]; readonly turn: Expr } | null,
): void {
  const outer = sums === null && path.range.kind === "whole" ? gatheredAlong(targets, path) : [];
  if (outer.length > 0) {
    eachStepOfParts(row, path, outer, active, context.nameOf, (inner) =>
      storeTargets(context, inner, targets),
    );
    return;
  }
  eachStep(row, path, active, context.nameOf, (inner) => {
    storeTargets(context, inner, targets);
    if (sums !== null) for (const one of sums.columns) addToColumn(context, inner, one, sums.turn);
  });
}

/**
 * The slowest axes of a row, if elements are read along them at places that other tensors give (the gains of the class of
 * each sample): two loads, a check and an address, which would be computed for each element.
 */
function gatheredAlong(targets: readonly Target[], { over }: Path): AxisSet {
  const lengths = reachable(targets.map((one) => one.value)).map((node) => {
    const isGathered = node.kind === "input" && tensorsIn(node.at.map((one) => one.index)).size > 0;
    return isGathered ? 1 + Math.max(...node.axes.map((axis) => over.indexOf(axis))) : 0;
  });
  return over.slice(0, Math.max(0, ...lengths.filter((one) => one < over.length)));
}

/**
 * Adds to the sum of the chunk, which lies in memory and stays in caches. In each turn a lane has the same elements, so
 * no other lane reads or writes its sums.
 */
function addToColumn(context: ValueContext, inner: Frame, column: Target, turn: Expr): void {
  const address = context.addressOf(column.tensor);
  const access = accessOf(inner, address);
  const value = lowerValue(context, inner, column.value);
  const index = elementIndex(inner, address, access, context.nameOf);
  const name = context.nameOf("before");
  const { tensor } = address;
  // Four adjacent rows add up to one number, and so do the rows that a lane takes together.
  const [added, type] =
    access.kind === "one" ? [fold("add", value), "f32" as const] : [widen(value), "f32x4" as const];
  const all: Expr = { kind: "overCopies", type, a: added };
  const first = binary("eq", turn, u32(0));
  const zero = type === "f32" ? f32(0) : widen(f32(0));
  inner.body.push(
    { kind: "load", name, tensor, index, access },
    { kind: "store", tensor, index, value: add(select(first, zero, local(type, name)), all), access },
  );
}

/** `also` is true in the workgroup that writes, if several share the row. */
export function storeOnce(
  context: ValueContext,
  row: Frame,
  active: Expr,
  targets: readonly Target[],
  also: Expr | null,
): void {
  const branch = createFrame(row, null, { closed: true });
  storeTargets(context, branch, targets);
  const first = binary("and", active, binary("eq", builtin("lane"), u32(0)));
  const condition = also === null ? first : binary("and", first, also);
  row.body.push({ kind: "if", condition, body: branch.body });
}
