/**
 * Sums over the inner axes of a row, one for each coordinate of the outer axes. A kernel computes them segment by
 * segment, and the row's sums of the same terms from them, so that it goes through the row once for both:
 *
 *     row K, S:  t[k] = sum(v over S);  sum(gamma[k] · v over K, S)  →  sum(gamma[k] · t[k] over K)
 */
import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Node, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";

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
  // The values that the segments depend on are known before them.
  const before = new Set(reachable(segments.map((one) => one.arg)));
  const found = new Map<Node, Node>();
  for (const node of reachable(values)) {
    if (node.kind !== "reduce" || (node.op !== "sum" && node.op !== "mean")) continue;
    if (!sameAxes(node.over, row) || before.has(node)) continue;
    const factors = factorsOf(node.arg);
    for (const segment of segments) {
      const others = without(factors, factorsOf(segment.arg));
      if (others === undefined || others.some((one) => !isKnown(one, segment, before))) continue;
      const sum = g.reduce("sum", others.reduce<Node>(g.mul, segment), minus(row, segment.over));
      found.set(node, node.op === "sum" ? sum : g.div(sum, g.size(row)));
      break;
    }
  }
  return found;
}

/** Whether a factor is the same for a whole segment and known before the segments are. */
function isKnown(factor: Node, { over }: ReduceNode, before: ReadonlySet<Node>): boolean {
  if (factor.axes.some((axis) => over.includes(axis))) return false;
  return reachable([factor]).every((one) => one.kind !== "reduce" || before.has(one));
}

function factorsOf(node: Node): readonly Node[] {
  return node.kind === "map" && node.op === "mul" ? node.args.flatMap(factorsOf) : [node];
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
