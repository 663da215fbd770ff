/**
 * Computes the weighted moments of a row from those of its parts (Chan, Golub & LeVeque 1983). A part without any weight
 * may have any shift, so the shift of the row is its mean, as an f32, and each part is moved there:
 *
 *     total     = Σ total(p)
 *     excess    = Σ total(p) · d(p) + excess(p),  d(p) = shift(p) − shift
 *     squares   = Σ squares(p) + d(p) · (2 · excess(p) + total(p) · d(p))
 */
import type { Moment, ReduceNode } from "../../graph/tensor/graph.ts";
import { bind } from "../body/frame.ts";
import { add, binary, div, f32, mul, select, sub, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, loadSlot, type PartTerm, type RowParts } from "./fold-parts.ts";

/**
 * @param wanted the moments of one operand with one weight that the kernel uses.
 * @param handedOn all four moments of that operand, or only the shift if nothing else is wanted.
 */
export function mergeWeighted(
  parts: RowParts,
  wanted: readonly ReduceNode[],
  handedOn: readonly HandedOn[],
): void {
  const { row } = parts;
  const { nameOf } = parts.context;
  const load = (moment: Moment, body: Stmt[], part: Expr): Expr => {
    const found = handedOn.find(({ node }) => node.op === moment);
    if (found === undefined) throw new Error(`the parts hand on no ${moment}`);
    return loadSlot(parts, body, found.slot, part);
  };
  // The first part is never empty: an empty row has no parts.
  const first = load("shift", row.body, u32(0));
  if (wanted.every((one) => one.op === "shift")) {
    for (const one of wanted) row.values.set(one, first);
    return;
  }
  const sumOf = (shift: Expr, moment: "excess" | "squares"): PartTerm => ({
    op: "add",
    value: (body, part) => {
      const [weight, excess] = [load("total", body, part), load("excess", body, part)];
      const d = sub(load("shift", body, part), shift);
      if (moment === "excess") return add(mul(weight, d), excess);
      const moved = mul(d, add(mul(f32(2), excess), mul(weight, d)));
      return add(load("squares", body, part), moved);
    },
  });
  const [total, away] = foldParts(parts, [
    { op: "add", value: (body, part) => load("total", body, part) },
    sumOf(first, "excess"),
  ]);
  const mean = add(first, div(away, total));
  const shift = bind(row, "shift", select(binary("eq", total, f32(0)), first, mean), nameOf);
  const [excess, squares] = foldParts(parts, [sumOf(shift, "excess"), sumOf(shift, "squares")]);
  const found: Readonly<Partial<Record<Moment, Expr>>> = { shift, excess, squares, total };
  for (const one of wanted) row.values.set(one, found[one.op as Moment] as Expr);
}
