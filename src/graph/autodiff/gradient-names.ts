/** Which tensors have gradients, and whether the names of these are free. */
import { gradientName } from "../tensor/gradient-name.ts";
import type { Graph, GraphTensor } from "../tensor/graph.ts";

/** Inputs and affines have gradients. Params, states and sizes are constants. */
export function differentiable(graph: Graph): readonly GraphTensor[] {
  return graph.tensors.filter((one) => one.role === "input" || one.role === "affine");
}

/**
 * The name in a spec that means something else in its backward graph, and what; undefined where there is none. An
 * output counts as well: the backward pass may read it, and options name tensors of both passes in one record.
 */
export function nameClash(graph: Graph): { readonly name: string; readonly of: string } | undefined {
  const taken = new Set([...graph.params.map((one) => one.name), ...graph.tensors.map((one) => one.name)]);
  for (const { name: of, role } of graph.tensors) {
    const name = gradientName(of);
    if (role !== "state" && taken.has(name)) return { name, of };
  }
  return undefined;
}
