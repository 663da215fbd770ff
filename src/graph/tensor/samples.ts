/** Samples: shifts that are computed from a few elements of a row. */
import { isMoment, type Node, type ReduceNode } from "./graph.ts";

/** Finds the samples of the terms of a sum: shifts whose moments are not among the nodes. They take no loop. */
export function samplesAmong(nodes: readonly Node[]): (node: Node) => boolean {
  const keyOf = ({ arg, over }: ReduceNode): string => `${arg.id} ${over.join(" ")}`;
  const reductions = nodes.filter((one) => one.kind === "reduce");
  const moments = new Set(reductions.filter(({ op }) => isMoment(op) && op !== "shift").map(keyOf));
  return (node) => node.kind === "reduce" && node.op === "shift" && !moments.has(keyOf(node));
}
