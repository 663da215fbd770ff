/** Factors whose extent the spec fixes, as a number: what runs over these alone is short. */
import type { Graph } from "../../graph/tensor/graph.ts";

export function fixedFactors(graph: Graph): ReadonlySet<string> {
  const factors = graph.axes.flatMap((axis) => axis.factors);
  return new Set(factors.filter((one) => typeof one.extent === "number").map((one) => one.name));
}
