/** `d_NAME`: the gradient of an input or affine, and the cotangent of an output. */
import { type Graph, type GraphTensor, operands, reachable, tensorsIn } from "../tensor/graph.ts";

export function gradientName(tensor: string): string {
  return `d_${tensor}`;
}

/**
 * Inputs and affines have gradients, except those that only say where an element lies (labels). Params, states and sizes
 * are constants.
 */
export function differentiable(graph: Graph): readonly GraphTensor[] {
  const labels = indexTensors(graph);
  return graph.tensors.filter(
    (one) => (one.role === "input" || one.role === "affine") && !labels.has(one.name),
  );
}

/** The tensors that are read for the indices of picks, and for nothing else. */
function indexTensors({ results }: Graph): Set<string> {
  const values = results.map((one) => one.value);
  const nodes = reachable(values);
  const indices = tensorsIn(
    nodes.flatMap((one) => (one.kind === "pick" ? one.at.map((place) => place.index) : [])),
  );
  const others = reachable(values, (node) => (node.kind === "pick" ? [node.arg] : operands(node)));
  for (const one of others) if (one.kind === "input") indices.delete(one.tensor);
  return indices;
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
