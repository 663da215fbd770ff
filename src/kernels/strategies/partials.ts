/** The buffer through which the parts of a row hand on their sums. Its order is slot, part, row, slowest first. */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import { partialsTensor } from "../../program/names.ts";
import type { Frame } from "../body/frame.ts";
import { add, binary, builtin, extentOf, mul, parts, u32, widen } from "../ir/expr.ts";
import type { Access, Expr, Stmt, Type } from "../ir/ir.ts";
import type { HandedOn } from "../schedule/plan.ts";

/** Where a slot of a part of the current row lies. */
export type SlotPlace = (slot: number, part: Expr) => { readonly tensor: string; readonly index: Expr };

/** Returns where slots lie in the buffer of partials. */
export function slotPlace(row: Frame, grid: AxisSet): SlotPlace {
  const rows = extentOf(grid);
  const place = row.run?.linear as Expr;
  return (slot, part) => ({
    tensor: partialsTensor,
    index: add(mul(add(mul(u32(slot), parts), part), rows), place),
  });
}

/** How a slot is read and written. Four adjacent rows have four adjacent numbers. */
export function slotAccess(row: Frame): { readonly access: Access; readonly type: Type } {
  return row.run?.vector == null
    ? { access: { kind: "one" }, type: "f32" }
    : { access: { kind: "apart", stride: u32(1) }, type: "f32x4" };
}

/** Writes what this part hands on. The reductions must already be values of the row's frame. */
export function storePartials(row: Frame, grid: AxisSet, active: Expr, handsOn: readonly HandedOn[]): void {
  const { access, type } = slotAccess(row);
  const slotAt = slotPlace(row, grid);
  const body = handsOn.map(({ node, slot }): Stmt => {
    const value = row.values.get(node) as Expr;
    // A sample that all four rows share is one number.
    return {
      kind: "store",
      ...slotAt(slot, builtin("part")),
      value: type === "f32x4" ? widen(value) : value,
      access,
    };
  });
  const condition = binary("and", active, binary("eq", builtin("lane"), u32(0)));
  row.body.push({ kind: "if", condition, body });
}
