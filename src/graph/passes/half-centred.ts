/**
 * The ways to write a variance or covariance in which only one of two factors loses its mean:
 *
 *     mean(x · (x − mean(x over A)) over A)  →  var(x over A)
 *     mean(z · (x − mean(x over A)) over A)  →  mean((z − mean(z over A)) · (x − mean(x over A)) over A)
 *
 * The differences add up to zero, but for their rounding, and a far z would multiply that.
 */
import { sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node, ReduceNode } from "../tensor/graph.ts";

/** Undefined for any other mean or sum. */
export function halfCentred(g: GraphBuilder, { op, arg, over, weight }: ReduceNode): Node | undefined {
  if (arg.kind !== "map" || arg.op !== "mul" || weight !== undefined) return undefined;
  const [a, b] = arg.args;
  const [far, centred] = operandOf(b, over) === undefined ? [b, a] : [a, b];
  const x = operandOf(centred, over);
  // Values that are computed may lie near zero already, as differences from another mean do.
  if (x === undefined || (far !== x && far.kind !== "input")) return undefined;
  const own = over.filter((axis) => far.axes.includes(axis));
  if (own.length === 0) return undefined;
  const off = g.sub(far, g.reduce("mean", far, own));
  const mean = far === x ? g.reduce("var", x, over) : g.reduce("mean", g.mul(off, centred), over);
  return op === "sum" ? g.mul(mean, g.size(over)) : mean;
}

/** The x of x − mean(x over A). */
function operandOf(node: Node, over: ReduceNode["over"]): Node | undefined {
  if (node.kind !== "map" || node.op !== "sub") return undefined;
  const [x, mean] = node.args;
  if (mean.kind !== "reduce" || mean.op !== "mean" || mean.weight !== undefined) return undefined;
  return mean.arg === x && sameAxes(mean.over, over) ? x : undefined;
}
