/** Samples: shifts that are taken of a few elements of a row. */
import type { Node, ReduceNode } from "../../graph/tensor/graph.ts";

/** Which nodes are samples of the terms of a sum: shifts without the moments about them, which take no loop. */
export function samplesAmong(nodes: readonly Node[]): (node: Node) => boolean {
  const keyOf = ({ arg, over }: ReduceNode): string => `${arg.id} ${over.join(" ")}`;
  const reductions = nodes.filter((one) => one.kind === "reduce");
  const moments = new Set(reductions.filter(({ op }) => op === "rest" || op === "spread").map(keyOf));
  return (node) => node.kind === "reduce" && node.op === "shift" && !moments.has(keyOf(node));
}
