/** Which tensors have gradients, and whether the names of these are free. */
import { gradientName } from "../tensor/gradient-name.ts";
import type { Graph, GraphTensor } from "../tensor/graph.ts";

/**
 * Inputs and affines have gradients. Params, states, sizes and integers are constants. None has one if all outputs are
 * integers.
 */
export function differentiable(graph: Graph): readonly GraphTensor[] {
  if (withCotangent(graph).length === 0) return [];
  return graph.tensors.filter(
    ({ role, dtype }) => dtype === undefined && (role === "input" || role === "affine"),
  );
}

/** The outputs that hand a cotangent back. An integer does not change when its value changes a little. */
export function withCotangent(graph: Pick<Graph, "tensors">): readonly GraphTensor[] {
  return graph.tensors.filter(({ role, dtype }) => role === "output" && dtype === undefined);
}

/**
 * The name in a spec that means something else in its backward graph, and what; undefined where there is none. An
 * output counts as well: the backward pass may read it, and options name tensors of both passes in one record.
 */
export function nameClash(graph: Graph): { readonly name: string; readonly of: string } | undefined {
  const taken = new Set([...graph.params.map((one) => one.name), ...graph.tensors.map((one) => one.name)]);
  const named = new Set([...differentiable(graph), ...withCotangent(graph)]);
  for (const tensor of graph.tensors) {
    const name = gradientName(tensor.name);
    if (named.has(tensor) && taken.has(name)) return { name, of: tensor.name };
  }
  return undefined;
}
