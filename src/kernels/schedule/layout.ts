/** The memory layout of values and rows: that of the spec's tensors with the same axes. */
import { type AxisSet, isSubset, sameAxes } from "../../graph/tensor/axes.ts";
import { type Graph, type Node, reachable } from "../../graph/tensor/graph.ts";

/** The layout of the first tensor over exactly these axes. If there is none, the order of the axes. */
export function layoutOf({ tensors }: Graph, axes: AxisSet): AxisSet {
  return tensors.find((one) => sameAxes(one.factors, axes))?.factors ?? axes;
}

/** The order of the axes in the first tensor that has all of them, so that neighbouring rows are adjacent in memory. */
export function orderLike(graph: Graph, axes: AxisSet, values: readonly Node[]): AxisSet {
  for (const node of reachable(values)) {
    if (node.kind !== "input" || !isSubset(axes, node.axes)) continue;
    const factors = graph.tensors.find((one) => one.name === node.tensor)?.factors;
    // A tensor that is read at other coordinates need not have the axes of the value.
    if (factors !== undefined && isSubset(axes, factors)) return factors.filter((one) => axes.includes(one));
  }
  return axes;
}
