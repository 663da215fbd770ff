/** Recognises means with a weight. */
import type { Node, ReduceNode } from "../../tensor/graph.ts";

export type WeightedNode = ReduceNode & { readonly weight: Node };

export function isWeighted(node: Node): node is WeightedNode {
  return node.kind === "reduce" && node.weight !== undefined;
}

/** The weighted mean, or weighted sum divided by something, that a node is. */
export function weightedStatistic(node: Node): WeightedNode | undefined {
  if (isWeighted(node)) return node.op === "mean" ? node : undefined;
  if (node.kind !== "map" || node.op !== "div") return undefined;
  const [sum] = node.args;
  return isWeighted(sum) && sum.op === "sum" ? sum : undefined;
}

/** Whether a difference is that of an operand and its own weighted mean. */
export function isWeightedDifference(node: Node): boolean {
  if (node.kind !== "map" || node.op !== "sub") return false;
  const statistic = weightedStatistic(node.args[1]);
  return (
    statistic !== undefined && (statistic.arg === node.args[0] || unguarded(statistic.arg) === node.args[0])
  );
}

/** The v of where(m, v, 0). */
export function unguarded(node: Node): Node {
  if (node.kind !== "map" || node.op !== "where") return node;
  const [, value, other] = node.args;
  return other.kind === "literal" && other.value === 0 ? unguarded(value) : node;
}
