/** Writes what a kernel stores: element by element over the row, and once for each row. */

import { add, binary, builtin, f32, fold, local, select, u32, widen } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { Target } from "../schedule/plan.ts";
import { elementIndex } from "./element-index.ts";
import { createFrame, type Frame } from "./frame.ts";
import { eachStep, type Path } from "./loop.ts";
import { accessOf, lowerValue, pickedPlaces, type ValueContext } from "./value.ts";

export function storeElements(
  context: ValueContext,
  row: Frame,
  path: Path,
  active: Expr,
  targets: readonly Target[],
  sums: { readonly columns: readonly Target[]; readonly turn: Expr } | null,
): void {
  eachStep(row, path, active, context.nameOf, (inner) => {
    storeTargets(context, inner, targets);
    if (sums !== null) for (const one of sums.columns) addToColumn(context, inner, one, sums.turn);
  });
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

function storeTargets(context: ValueContext, frame: Frame, targets: readonly Target[]): void {
  for (const target of targets) {
    const address = context.addressOf(target.tensor);
    const picked = pickedPlaces(context, frame, target.at ?? []);
    const access = accessOf(frame, address, picked);
    const value = lowerValue(context, frame, target.value);
    const index = elementIndex(frame, address, access, context.nameOf, picked);
    const { tensor } = address;
    const stored = access.kind === "one" ? value : widen(value);
    frame.body.push({ kind: "store", tensor, index, value: stored, access });
  }
}
