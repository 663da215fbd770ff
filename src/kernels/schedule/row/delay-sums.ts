/**
 * Delays a sum that no loop needs yet to a later loop over the same axes that reads its tensors anyway. In a backward
 * pass this is the sum of d_y, which then needs no loop of its own.
 */
import { sameAxes } from "../../../graph/tensor/axes.ts";
import {
  isMoment,
  isScaledSum,
  type Node,
  operands,
  type ReduceNode,
  reachable,
} from "../../../graph/tensor/graph.ts";

/**
 * @param nodes operands before users.
 * @param below how many loops must run before each node. This function changes it for the sums that it delays.
 * @param isPlaced whether the loop of a node is already decided.
 */
export function delaySums(
  nodes: readonly Node[],
  below: Map<Node, number>,
  isPlaced: (node: Node) => boolean,
): void {
  const level = (node: Node): number => below.get(node) as number;
  const sums = nodes.filter(
    (one): one is ReduceNode =>
      one.kind === "reduce" && !isMoment(one.op) && !isScaledSum(one.op) && !isPlaced(one),
  );
  const read = new Map(sums.map((one) => [one, rowTensors(one)]));
  /** The lowest level among the users of each node. */
  const needed = new Map<Node, number>();
  for (const node of [...nodes].reverse()) {
    const until = needed.get(node) ?? Number.POSITIVE_INFINITY;
    const own = node.kind === "reduce" ? read.get(node) : undefined;
    if (node.kind === "reduce" && own !== undefined) {
      const later = [...read]
        .filter(
          ([one, tensors]) =>
            level(one) > level(node) &&
            level(one) < until &&
            sameAxes(one.over, node.over) &&
            [...own].every((tensor) => tensors.has(tensor)),
        )
        .map(([one]) => level(one));
      if (later.length > 0) below.set(node, Math.min(...later));
    }
    const first = node.kind === "reduce" ? level(node) : until;
    for (const one of operands(node)) needed.set(one, Math.min(needed.get(one) ?? first, first));
  }
}

/** The tensors that a reduction reads element by element over the row. */
function rowTensors(node: ReduceNode): Set<string> {
  const read = reachable(operands(node), (one) => (one.kind === "reduce" ? [] : operands(one)));
  return new Set(
    read.flatMap((one) =>
      one.kind === "input" && one.axes.some((axis) => node.over.includes(axis)) ? [one.tensor] : [],
    ),
  );
}
