/**
 * Computes the moments of a row from those of its parts by Chan's formula (Chan, Golub & LeVeque 1983). Each part's
 * mean is taken relative to the first part's shift: differences of shifts are exact, so no accuracy is lost far from
 * zero.
 *
 *     mean(p)   = (shift(p) − shift) + rest(p)
 *     rest      = Σ size(p) · mean(p) / count
 *     spread    = Σ size(p) · (spread(p) + (mean(p) − rest)²) / count
 */
import type { Moment, ReduceNode } from "../../graph/tensor/graph.ts";
import { bind } from "../body/frame.ts";
import { add, div, mul, sub, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, loadSlot, type RowParts } from "./fold-parts.ts";
import { elementsIn } from "./part-range.ts";

/**
 * @param wanted the moments of one operand that the kernel uses.
 * @param handedOn all three moments of that operand, or only the shift if nothing else is wanted.
 * @param count the number of elements in the row, as f32.
 */
export function mergeMoments(
  parts: RowParts,
  wanted: readonly ReduceNode[],
  handedOn: readonly HandedOn[],
  count: Expr,
): void {
  const { row, path } = parts;
  const { nameOf } = parts.context;
  const load = (moment: Moment, body: Stmt[], part: Expr): Expr => {
    const found = handedOn.find(({ node }) => node.op === moment);
    if (found === undefined) throw new Error(`the parts hand on no ${moment}`);
    return loadSlot(parts, body, found.slot, part);
  };
  // The first part is never empty: an empty row has no parts.
  const shift = load("shift", row.body, u32(0));
  if (wanted.every((one) => one.op === "shift")) {
    for (const one of wanted) row.values.set(one, shift);
    return;
  }
  const meanOf = (body: Stmt[], part: Expr): Expr =>
    add(sub(load("shift", body, part), shift), load("rest", body, part));
  const [sum] = foldParts(parts, [
    { op: "add", value: (body, part) => mul(elementsIn(part, path), meanOf(body, part)) },
  ]);
  const rest = bind(row, "rest", div(sum, count), nameOf);
  const squareOf = (body: Stmt[], part: Expr): Expr => {
    const off = sub(meanOf(body, part), rest);
    return mul(elementsIn(part, path), add(load("spread", body, part), mul(off, off)));
  };
  const [square] = foldParts(parts, [{ op: "add", value: squareOf }]);
  const spread = bind(row, "spread", div(square, count), nameOf);
  for (const one of wanted) {
    row.values.set(one, one.op === "shift" ? shift : one.op === "rest" ? rest : spread);
  }
}
