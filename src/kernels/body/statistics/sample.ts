/** Samples of a row: a number near its values, made of its first, middle and last element. */
import type { Node } from "../../../graph/tensor/graph.ts";
import { add, binary, div, extentOf, f32, mul, select, sub, u32 } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";
import { bind, type Frame } from "../frame.ts";
import type { Path } from "../loop.ts";
import { valueAt } from "../value.ts";
import type { ValueContext } from "../value-context.ts";

export interface Sampled {
  readonly arg: Node;
  readonly weight?: Node | undefined;
}

export function sample(context: ValueContext, row: Frame, path: Path, sampled: Sampled): Expr {
  const of = sampled.weight === undefined ? [sampled.arg] : [sampled.arg, sampled.weight];
  return context.walk.some(context, row, path, of, (frame) => sampleIn(context, frame, path, sampled));
}

function sampleIn(context: ValueContext, row: Frame, path: Path, { arg, weight }: Sampled): Expr {
  const count = extentOf(path.over);
  const places = [u32(0), div(count, u32(2)), sub(count, u32(1))];
  const values = places.map((place) => valueAt(context, row, arg, path.over, place));
  if (weight === undefined) return meanOf(values);
  const weights = places.map((place) => valueAt(context, row, weight, path.over, place));
  return meanOfCounted(context, row, values, weights);
}

/** The mean of three elements, computed so that a sum of large ones does not overflow. */
function meanOf([a, b, c]: readonly Expr[]): Expr {
  return add(a, mul(add(sub(b, a), sub(c, a)), f32(1 / 3)));
}

/**
 * The mean of those elements whose weight is not zero: the others may lie anywhere. If there are none, it is the first
 * element, and the row probably takes a second loop.
 */
function meanOfCounted(
  { nameOf }: ValueContext,
  row: Frame,
  values: readonly Expr[],
  weights: readonly Expr[],
): Expr {
  const counted = weights.map((one) => bind(row, "counted", binary("ne", one, f32(0)), nameOf));
  const [a, b, c] = values;
  const [isA, isB, isC] = counted;
  const near = bind(row, "near", select(isA, a, select(isB, b, select(isC, c, a))), nameOf);
  const from = (value: Expr, is: Expr): Expr => select(is, sub(value, near), f32(0));
  const one = (is: Expr): Expr => select(is, f32(1), f32(0));
  const count = binary("max", add(add(one(isA), one(isB)), one(isC)), f32(1));
  return add(near, div(add(add(from(a, isA), from(b, isB)), from(c, isC)), count));
}
