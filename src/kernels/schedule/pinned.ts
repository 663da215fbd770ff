/**
 * Finds statistics that must be computed only once. The gradient of a maximum goes to the elements that equal it, so
 * its operand is computed again for the comparison. If the operand contains a sum computed in another order, its last
 * bit may differ, and no element would equal the maximum. So all kernels read such statistics from the one place where
 * they were computed.
 */
import { type Node, operands, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { outermostReductions } from "./locality.ts";

/** What a node compares: an operand, and perhaps an extremum of it. */
function compared(node: Node): readonly Node[] {
  if (node.kind === "map" && node.op === "eq") return node.args;
  if (node.kind !== "window" || node.op !== "matches") return [];
  const [, key, own] = node.args;
  return key.kind === "window" ? [own, key] : [key, own];
}

/** The statistics inside operands of reductions with which these operands are compared. */
export function pinnedStatistics(values: readonly Node[]): ReduceNode[] {
  const found = new Set<ReduceNode>();
  for (const node of reachable(values)) {
    const [operand, extremum] = compared(node);
    if (extremum === undefined || !operands(extremum).includes(operand)) continue;
    if (extremum.kind !== "reduce" && extremum.kind !== "window") continue;
    for (const one of outermostReductions(operand)) found.add(one);
  }
  return [...found];
}
