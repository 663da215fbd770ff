/**
 * Statistics that must be computed once. The gradient of a maximum goes to the elements that equal it, so its operand is
 * computed again to be compared. A sum in another order has another last bit, and no element would be the largest: all
 * kernels read such statistics from the one place where they were computed.
 */
import { type Node, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { outermostReductions } from "./locality.ts";

/** The statistics in the operands of reductions that these operands are compared with. */
export function pinnedStatistics(values: readonly Node[]): ReduceNode[] {
  const found = new Set<ReduceNode>();
  for (const node of reachable(values)) {
    if (node.kind !== "map" || node.op !== "eq") continue;
    const [operand, extremum] = node.args;
    if (extremum.kind !== "reduce" || extremum.arg !== operand) continue;
    for (const one of outermostReductions(operand)) found.add(one);
  }
  return [...found];
}
