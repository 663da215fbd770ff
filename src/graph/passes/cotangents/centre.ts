/**
 * Brings sums of cotangents near zero. A standardized value adds up to zero, so a factor beside it counts only by its
 * differences from any number s. And a value that loses its mean can lose a shift first:
 *
 *     mean(v · xhat over A)   →  mean((v − s) · xhat over A) − mean(v − s over A) · mean(xhat over A)
 *     v − t − mean(v over A)  →  (v − s) − t − mean(v − s over A),  s = shift(v over A)
 *
 * The second product corrects for the rounding error in the mean of xhat. Without it, that error would be multiplied by
 * the sample s in every term of the row (1e-5 of d_gamma on rows of 262,144).
 *
 * The affines of group norm are summed over the inner axes B of A, its segments. They share the sums of the row if the
 * sample is that of the row (`sumsOfSegments` makes one of the other):
 *
 *     sum(v · xhat over B)  →  sum((v − s) · xhat over B) − e · sum(v − s over B) + s · (sum(xhat over B) − e · size(B))
 *     sum(v over B)         →  sum(v − s over B) + s · size(B),  e = mean(xhat over A)
 *
 * A shift is a sample of the row and takes no loop (`kernels/body/moments.ts`). The pass runs after `stabilise`, since it
 * recognises standardized values by the form that `stabilise` gives them.
 *
 * If there are statistics over other axes too (switchable norm), a cotangent cannot lose its mean before it is used, and
 * only the sums and means themselves are taken about a sample. If a sum runs over other axes of A than the inner ones
 * (group norm, channels last), nothing is changed: it could not share the new sums, and rows would be read once more.
 */
import { type AxisSet, isSubset, minus, sameAxes } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Graph, MapNode, Node, ReduceNode } from "../../tensor/graph.ts";
import { rewrite } from "../../tensor/rewrite.ts";
import { type DivisionOf, divisions, type SegmentedProduct, segmentedProducts } from "./divisions.ts";
import { nearZero } from "./near-zero.ts";
import { centredOver, factorsOf, scaledLike, standardizedFactor, unscaled } from "./standardized.ts";

export function centre(graph: Graph): Graph {
  const divisionOf = divisions(graph);
  const { product, ofTensor } = segmentedProducts(graph, divisionOf);
  return rewrite(graph, (g, node) => {
    if (node.kind === "reduce" && (node.op === "sum" || node.op === "mean")) {
      const segments = product(node);
      if (segments !== undefined) return sumOfProducts(g, node, segments);
      const values =
        node.op === "sum" && node.arg.kind === "input" ? ofTensor.get(node.arg.tensor) : undefined;
      if (values !== undefined) return sumOfSegments(g, node, values) ?? node;
      return centredSum(g, node, divisionOf) ?? farMean(g, node, divisionOf) ?? node;
    }
    if (node.kind === "map" && node.op === "sub") return withoutMean(g, node, divisionOf) ?? node;
    if (node.kind === "map" && node.op === "mul") return scaledOnce(g, node, divisionOf) ?? node;
    return node;
  });
}

/** Σ v·c → Σ (v − s)·c − Σ (v − s) · mean(c), where c adds up to zero */
function centredSum(
  g: GraphBuilder,
  { op, arg, over }: ReduceNode,
  divisionOf: DivisionOf,
): Node | undefined {
  const factors = factorsOf(arg);
  const centred = standardizedFactor(factors);
  if (centred === undefined || !isSubset(centred.over, over)) return undefined;
  // Over more axes than those of the standardized value too, one sample does.
  const isApart = divisionOf(centred.over).kind === "other" && !sameAxes(centred.over, over);
  const axes = isApart ? over : centred.over;
  const others = factors.filter((one) => one !== centred.value);
  const varies = (one: Node): boolean => one.axes.some((axis) => axes.includes(axis));
  const inside = others.filter(varies);
  const near = isApart ? nearZero(g, inside, axes) : nearIfPossible(g, inside, axes, divisionOf);
  if (near === undefined || inside.length === 0) return undefined;
  const isDivided = divisionOf(axes).kind === "segments";
  const inner = isDivided ? unscaled(centred.value) : centred.value;
  const left = g.mul(g.reduce(op, near, axes), g.reduce("mean", inner, axes));
  const made = g.sub(g.reduce(op, g.mul(near, inner), axes), left);
  const sum = isDivided ? scaledLike(g, centred.value, made) : made;
  const scaled = others.filter((one) => !varies(one)).reduce<Node>(g.mul, sum);
  return g.reduce(op, scaled, minus(over, axes));
}

/** mean(v over A) → s + mean(v − s over A), where other statistics keep v from losing its mean first */
function farMean(g: GraphBuilder, { op, arg, over }: ReduceNode, divisionOf: DivisionOf): Node | undefined {
  if (op !== "mean" || !divisionOf(over).isStandardized || divisionOf(over).kind !== "other")
    return undefined;
  const shift = g.reduce("shift", arg, over);
  return g.add(shift, g.reduce("mean", g.sub(arg, shift), over));
}

/** (c · r) · t → c · (t · r), where r and t are the same along the row */
function scaledOnce(g: GraphBuilder, { args: [a, b] }: MapNode, divisionOf: DivisionOf): Node | undefined {
  const over = centredOver(a);
  if (over === undefined || divisionOf(over).kind !== "segments") return undefined;
  if (b.kind === "input" || b.axes.some((axis) => over.includes(axis))) return undefined;
  return g.mul(unscaled(a), scaledLike(g, a, b));
}

/** v − t − mean(v over A), where v is one of the terms */
function withoutMean(
  g: GraphBuilder,
  { args: [terms, mean] }: MapNode,
  divisionOf: DivisionOf,
): Node | undefined {
  if (mean.kind !== "reduce" || mean.op !== "mean") return undefined;
  const near = nearIfPossible(g, factorsOf(mean.arg), mean.over, divisionOf);
  const made = near && withTerm(g, terms, mean.arg, near);
  return made && g.sub(made, g.reduce("mean", near, mean.over));
}

function nearIfPossible(
  g: GraphBuilder,
  factors: readonly Node[],
  over: AxisSet,
  divisionOf: DivisionOf,
): Node | undefined {
  const isWhole = over.every((axis) => factors.some((one) => one.axes.includes(axis)));
  if (factors.length === 0 || !isWhole) return undefined;
  switch (divisionOf(over).kind) {
    case "whole":
      return nearZero(g, factors, over);
    case "segments":
      // The segments have the sums of the tensors, not of what is computed from them.
      return factors.every((one) => one.kind === "input") ? nearZero(g, factors, over) : undefined;
    case "other":
      return undefined;
  }
}

/** Σ v·c over segments, times what is the same along them */
function sumOfProducts(g: GraphBuilder, { over }: ReduceNode, product: SegmentedProduct): Node {
  const { value, others, inner } = product;
  const centred = unscaled(product.centred);
  const shift = g.reduce("shift", value, product.over);
  const near = g.sub(value, shift);
  const error = g.reduce("mean", centred, product.over);
  const products = g.reduce("sum", g.mul(near, centred), inner);
  const left = g.sub(g.reduce("sum", centred, inner), g.mul(error, g.size(inner)));
  const sum = g.add(g.sub(products, g.mul(error, g.reduce("sum", near, inner))), g.mul(shift, left));
  const scaled = scaledLike(g, product.centred, sum);
  return g.reduce("sum", others.reduce<Node>(g.mul, scaled), minus(over, inner));
}

/** Σ v over segments */
function sumOfSegments(
  g: GraphBuilder,
  { arg, over }: ReduceNode,
  { over: row, inner }: SegmentedProduct,
): Node | undefined {
  const own = row.filter((axis) => over.includes(axis));
  if (!sameAxes(own, inner)) return undefined;
  const shift = g.reduce("shift", arg, row);
  const sum = g.add(g.reduce("sum", g.sub(arg, shift), inner), g.mul(shift, g.size(inner)));
  return g.reduce("sum", sum, minus(over, inner));
}

/** The terms with `from` replaced by another one; undefined if `from` is not among them. */
function withTerm(g: GraphBuilder, terms: Node, from: Node, to: Node): Node | undefined {
  if (terms === from) return to;
  if (terms.kind !== "map" || (terms.op !== "add" && terms.op !== "sub")) return undefined;
  const [a, b] = terms.args;
  const first = withTerm(g, a, from, to);
  if (first !== undefined) return g.map(terms.op, first, b);
  const second = terms.op === "add" ? withTerm(g, b, from, to) : undefined;
  return second && g.add(a, second);
}
