/**
 * Sums over the inner axes of a row, one for each coordinate of the outer axes. A kernel computes them segment by
 * segment, and the row's sums of the same terms from them, so that it goes through the row once for both:
 *
 *     row K, S:  t[k] = sum(v over S);  sum(gamma[k] · v over K, S)      →  sum(gamma[k] · t[k] over K)
 *                                       sum(gamma[k] · v + a[k] over K, S)  →  sum(gamma[k] · t[k] + a[k] · size(S) over K)
 */

import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Node, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { samplesAmong } from "../../graph/tensor/samples.ts";
import { factorsOf } from "../../graph/tensor/terms.ts";

/** The outer axes of a row whose inner axes are `inner`. Empty if they are not its inner axes. */
export function segmentAxes(layout: readonly string[], inner: AxisSet): readonly string[] {
  const kept = layout.slice(0, layout.length - inner.length);
  return inner.length > 0 && sameAxes(inner, minus(layout, kept)) ? kept : [];
}

/** Replaces sums and means over the row by sums over its segments. Returns the replacement of each node. */
export function sumsOfSegments(
  g: GraphBuilder,
  values: readonly Node[],
  segments: readonly ReduceNode[],
  row: AxisSet,
): Map<Node, Node> {
  const found = new Map<Node, Node>();
  const [first] = segments;
  if (first === undefined) return found;
  const nodes = reachable(values);
  // The values that the segments depend on are known before them, and so are samples.
  const before = new Set(reachable(segments.map((one) => one.arg)));
  const isSample = samplesAmong([...nodes, ...before]);
  const isKnown = (node: Node): boolean =>
    !node.axes.some((axis) => first.over.includes(axis)) &&
    reachable([node]).every((one) => one.kind !== "reduce" || before.has(one) || isSample(one));
  for (const node of nodes) {
    if (node.kind !== "reduce" || (node.op !== "sum" && node.op !== "mean")) continue;
    if (!sameAxes(node.over, row) || before.has(node)) continue;
    const each = sumOverSegment(g, segments, isKnown, factorsOf(node.arg));
    if (each === undefined || !reachable([each]).some((one) => segments.some((segment) => segment === one)))
      continue;
    const sum = g.reduce("sum", each, minus(row, first.over));
    found.set(node, node.op === "sum" ? sum : g.div(sum, g.size(row)));
  }
  return found;
}

/** The sum of a product over a segment, computed from the sums that segments have. */
function sumOverSegment(
  g: GraphBuilder,
  segments: readonly ReduceNode[],
  isKnown: (node: Node) => boolean,
  factors: readonly Node[],
): Node | undefined {
  for (const segment of segments) {
    const others = without(factors, factorsOf(segment.arg));
    if (others?.every(isKnown)) return others.reduce<Node>(g.mul, segment);
  }
  if (factors.every(isKnown)) return factors.reduceRight(g.mul, g.size(segments[0].over));
  for (const [place, factor] of factors.entries()) {
    if (factor.kind !== "map" || (factor.op !== "add" && factor.op !== "sub")) continue;
    const [a, b] = factor.args.map((term) =>
      sumOverSegment(g, segments, isKnown, [...factors.toSpliced(place, 1), ...factorsOf(term)]),
    );
    if (a !== undefined && b !== undefined) return g.map(factor.op, a, b);
  }
  return undefined;
}

/** The factors without `taken`. Undefined if not all of `taken` are among them. */
function without(factors: readonly Node[], taken: readonly Node[]): readonly Node[] | undefined {
  const left = [...factors];
  for (const one of taken) {
    const place = left.indexOf(one);
    if (place < 0) return undefined;
    left.splice(place, 1);
  }
  return left;
}
