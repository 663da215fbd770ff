/**
 * Computes the moments of a row from those of its parts by Chan's formula (Chan, Golub & LeVeque 1983). Each part's
 * mean is taken relative to the first part's shift: differences of shifts are exact, so no accuracy is lost far from
 * zero.
 *
 *     mean(p)   = (shift(p) − shift) + rest(p)
 *     rest      = Σ size(p) · mean(p) / count
 *     spread    = Σ size(p) · (spread(p) + (mean(p) − rest)²) / count
 *
 * With a scale, the spread is merged at every scale (`merge-scaled.ts`).
 */
import type { ReduceNode } from "../../graph/tensor/graph.ts";
import { bind } from "../body/frame.ts";
import { add, div, f32, mul, sub, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, type RowParts } from "./fold-parts.ts";
import { atScale, foldScaled, numberLoader } from "./merge-scaled.ts";
import { elementsIn } from "./part-range.ts";

/**
 * @param wanted the moments of one operand that the kernel uses.
 * @param handedOn all moments of that operand, or only the shift if nothing else is wanted.
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
  const load = numberLoader(parts, handedOn);
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
  const known = new Map<ReduceNode["op"], Expr>([
    ["shift", shift],
    ["rest", rest],
  ]);
  if (handedOn.some(({ node }) => node.op === "scale")) {
    const { squares, scale } = foldScaled(
      parts,
      handedOn.find(({ node }) => node.floor !== undefined)?.node.floor,
      (body, part, at) => {
        const off = mul(sub(meanOf(body, part), rest), f32(at));
        const own = atScale(load("scaledSpread", body, part), load("scale", body, part), at);
        return mul(elementsIn(part, path), add(own, mul(off, off)));
      },
      (total) => div(total, count),
    );
    known.set("scaledSpread", squares).set("scale", scale);
  } else {
    const squareOf = (body: Stmt[], part: Expr): Expr => {
      const off = sub(meanOf(body, part), rest);
      return mul(elementsIn(part, path), add(load("spread", body, part), mul(off, off)));
    };
    const [square] = foldParts(parts, [{ op: "add", value: squareOf }]);
    known.set("spread", bind(row, "spread", div(square, count), nameOf));
  }
  for (const one of wanted) row.values.set(one, known.get(one.op) as Expr);
}
