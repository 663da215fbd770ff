/** Samples: shifts that are computed from a few elements of a row. */
import { isMoment, momentKey, type Node } from "./graph.ts";

/** Finds the samples of the terms of a sum: shifts whose moments are not among the nodes. They take no loop. */
export function samplesAmong(nodes: readonly Node[]): (node: Node) => boolean {
  const reductions = nodes.filter((one) => one.kind === "reduce");
  const moments = new Set(reductions.filter(({ op }) => isMoment(op) && op !== "shift").map(momentKey));
  return (node) => node.kind === "reduce" && node.op === "shift" && !moments.has(momentKey(node));
}
