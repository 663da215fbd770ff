/**
 * Merges the squares of the parts of a row, each of which has a scale of its own (`body/rescale.ts`). They are added up at
 * every scale that a row may have, and the row takes the one at which its sum is in range.
 */
import type { Node, ReduceNode, ReduceOperator } from "../../graph/tensor/graph.ts";
import { bind } from "../body/frame.ts";
import { down, isModerate, isScaled, scaleOf, up } from "../body/statistics/rescale.ts";
import { lowerValue } from "../body/value.ts";
import { div, f32, mul, select } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, loadSlot, type RowParts } from "./fold-parts.ts";

/** Reads a number that a part handed on. A part's numbers are read once for each loop over the parts. */
export type LoadNumber = (op: ReduceOperator, body: Stmt[], part: Expr) => Expr;

/** @param handedOn the numbers that are merged together. */
export function numberLoader(parts: RowParts, handedOn: readonly HandedOn[]): LoadNumber {
  const known = new Map<Stmt[], Map<ReduceOperator, Expr>>();
  return (op, body, part) => {
    const own = known.get(body) ?? new Map<ReduceOperator, Expr>();
    known.set(body, own);
    const found = handedOn.find(({ node }) => node.op === op);
    if (found === undefined) throw new Error(`the parts hand on no ${op}`);
    const value = own.get(op) ?? loadSlot(parts, body, found.slot, part);
    own.set(op, value);
    return value;
  };
}

/** Squares that a part handed on at a scale of its own, as they are at another scale. */
export function atScale(squares: Expr, own: Expr, scale: number): Expr {
  const ratio = div(f32(scale), own);
  return mul(mul(squares, ratio), ratio);
}

/**
 * @param squaresAt the squares of a part at a scale.
 * @param made what the kernel makes of their sum: the sum itself, or the mean.
 */
export function foldScaled(
  parts: RowParts,
  floor: Node | undefined,
  squaresAt: (body: Stmt[], part: Expr, scale: number) => Expr,
  made: (sum: Expr) => Expr,
): { readonly squares: Expr; readonly scale: Expr } {
  const { row, context } = parts;
  const scales = floor === undefined ? [1, down] : [1, down, up];
  const sums = foldParts(
    parts,
    scales.map((scale) => ({ op: "add", value: (body, part) => squaresAt(body, part, scale) })),
  );
  const [ordinary, large, small] = sums.map((one) => bind(row, "squares", made(one), context.nameOf));
  const scale = scaleOf(ordinary, floor === undefined ? null : lowerValue(context, row, floor));
  const named = bind(row, "scale", scale, context.nameOf);
  const moderate = small === undefined ? ordinary : select(isScaled(named), small, ordinary);
  const squares = bind(row, "squares", select(isModerate(ordinary), moderate, large), context.nameOf);
  return { squares, scale: named };
}

/** Merges a scaled sum. @param wanted the sum, its scale, or both. */
export function mergeScaledSum(
  parts: RowParts,
  wanted: readonly ReduceNode[],
  handedOn: readonly HandedOn[],
): void {
  const load = numberLoader(parts, handedOn);
  const { squares, scale } = foldScaled(
    parts,
    wanted[0].floor,
    (body, part, at) => atScale(load("scaledSum", body, part), load("sumScale", body, part), at),
    (sum) => sum,
  );
  for (const one of wanted) parts.row.values.set(one, one.op === "sumScale" ? scale : squares);
}
