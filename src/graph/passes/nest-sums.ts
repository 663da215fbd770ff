/**
 * Makes a sum of a smaller sum of the same value, so that the row is read only for one of them:
 *
 *     mean(a over A)  →  sum(a over A) / size(A), if that sum, or one over more axes, exists too
 *     sum(a over B)   →  sum(sum(a over A) over B − A), for the largest A within B
 *
 * With it, the gradient of an affine and that of the normalized value share their sums. The pass runs after `stabilise`,
 * which has already replaced the means that are subtracted from their own operand.
 */
import { type AxisSet, isSubset, minus } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type Node, reachable } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";

export function nestSums(graph: Graph): Graph {
  const sums = new Map<Node, AxisSet[]>();
  const means = new Map<Node, AxisSet[]>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (node.kind !== "reduce" || (node.op !== "sum" && node.op !== "mean")) continue;
    const found = node.op === "sum" ? sums : means;
    found.set(node.arg, [...(found.get(node.arg) ?? []), node.over]);
  }

  return rewrite(graph, (g, node, original) => {
    if (node.kind !== "reduce" || original.kind !== "reduce") return node;
    const ofSums = sums.get(original.arg) ?? [];
    const shared = (over: AxisSet): boolean => ofSums.some((one) => isSubset(over, one));
    const parts = [...ofSums, ...(means.get(original.arg) ?? []).filter(shared)];
    switch (node.op) {
      case "sum":
        return nested(g, node.arg, node.over, parts);
      case "mean":
        return shared(node.over) ? g.div(nested(g, node.arg, node.over, parts), g.size(node.over)) : node;
      default:
        return node;
    }
  });
}

function nested(g: GraphBuilder, arg: Node, over: AxisSet, parts: readonly AxisSet[]): Node {
  const smaller = parts.filter((one) => one.length < over.length && isSubset(one, over));
  if (smaller.length === 0) return g.reduce("sum", arg, over);
  const largest = smaller.reduce((best, one) => (one.length > best.length ? one : best));
  return g.reduce("sum", nested(g, arg, largest, parts), minus(over, largest));
}
