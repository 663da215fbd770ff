/** `d_NAME`: the gradient of an input or affine, and the cotangent of an output. */
import type { Graph, GraphTensor } from "../tensor/graph.ts";

export function gradientName(tensor: string): string {
  return `d_${tensor}`;
}

/** Inputs and affines have gradients. Params, states and sizes are constants. */
export function differentiable(graph: Graph): readonly GraphTensor[] {
  return graph.tensors.filter((one) => one.role === "input" || one.role === "affine");
}

/** A name of the spec that means something else in its backward graph, and what it means there; undefined for none. */
export function nameClash(graph: Graph): { readonly name: string; readonly of: string } | undefined {
  const taken = new Set([
    ...graph.params.map((one) => one.name),
    ...graph.tensors.filter((one) => one.role !== "output").map((one) => one.name),
  ]);
  for (const { name: of, role } of graph.tensors) {
    const name = gradientName(of);
    if (role !== "state" && taken.has(name)) return { name, of };
  }
  return undefined;
}
