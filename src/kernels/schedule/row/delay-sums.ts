/**
 * A sum that no loop needs yet waits for a later one over the same axes that reads its tensors anyway: of a backward pass
 * the sum of d_y, which then is not read for it alone.
 */
import { sameAxes } from "../../../graph/tensor/axes.ts";
import { isMoment, type Node, operands, type ReduceNode, reachable } from "../../../graph/tensor/graph.ts";

/**
 * @param nodes operands before users.
 * @param below how many loops must have run before a node: the sums that wait are put off in it.
 * @param isPlaced whether the loop of a node is settled already.
 */
export function delaySums(
  nodes: readonly Node[],
  below: Map<Node, number>,
  isPlaced: (node: Node) => boolean,
): void {
  const level = (node: Node): number => below.get(node) as number;
  const sums = nodes.filter(
    (one): one is ReduceNode => one.kind === "reduce" && !isMoment(one.op) && !isPlaced(one),
  );
  const read = new Map(sums.map((one) => [one, rowTensors(one)]));
  /** The first level of those that need a node. */
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

/** The tensors of which a reduction reads a row. */
function rowTensors({ arg, over }: ReduceNode): Set<string> {
  const read = reachable([arg], (node) => (node.kind === "reduce" ? [] : operands(node)));
  return new Set(
    read.flatMap((one) =>
      one.kind === "input" && one.axes.some((axis) => over.includes(axis)) ? [one.tensor] : [],
    ),
  );
}
