/**
 * Finds statistics that must be computed only once. The gradient of a maximum goes to the elements that equal it, so
 * its operand is computed again for the comparison. If the operand contains a sum computed in another order, its last
 * bit may differ, and no element would equal the maximum. So all kernels read such statistics from the one place where
 * they were computed.
 */
import { type Node, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { outermostReductions } from "./locality.ts";

/** The statistics inside operands of reductions with which these operands are compared. */
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
