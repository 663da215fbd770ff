/**
 * What a forward pass keeps for its backward pass. Both are written into one graph, on which the passes run; then it is
 * cut where statistics end: what the backward part would compute again of them, the forward part stores.
 *
 *     stats    each statistic that the backward part reads; a mean in two, as the numerics contract has it
 *     output   these as well, and the outputs in place of the inputs: where they say as much
 */
import { createBuilder } from "../tensor/builder.ts";
import {
  type Graph,
  type GraphTensor,
  type Node,
  operands,
  type Result,
  reachable,
  tensorsIn,
} from "../tensor/graph.ts";
import { rebuildAll } from "../tensor/rewrite.ts";
import { whyNotOutput } from "./can-keep-output.ts";
import { differentiate, neededTensors } from "./differentiate.ts";
import { gradientName } from "./gradient-names.ts";

/** What is kept: nothing, the statistics, or these and the outputs in place of the inputs. */
export type Save = "none" | "stats" | "output";

export interface Divided {
  /** The norm, which also writes what is kept. */
  readonly forward: Graph;
  readonly backward: Graph;
}

/** A norm and all its gradients in one graph. */
export function joinGradients(forward: Graph): Graph {
  const backward = differentiate(forward);
  const own = new Set(forward.tensors.map((one) => one.name));
  return {
    ...forward,
    tensors: [...forward.tensors, ...backward.tensors.filter((one) => !own.has(one.name))],
    results: [...forward.results, ...backward.results],
  };
}

/** Cuts a joined graph, as the passes left it. Where `save` cannot be had: why not, in words. */
export function divide(forward: Graph, joined: Graph, save: Exclude<Save, "none">): Divided | string {
  const own = new Set(forward.results.map((one) => one.tensor));
  const values = joined.results.filter((one) => own.has(one.tensor));
  const gradients = joined.results.filter((one) => !own.has(one.tensor));

  const given = new Map<Node, string>();
  if (save === "output") {
    const outputs = new Set(forward.tensors.filter((one) => one.role === "output").map((one) => one.name));
    for (const { tensor, value } of values) if (outputs.has(tensor)) given.set(value, tensor);
  }
  const within = bufferName(forward);
  const saved = statistics(forward, values, gradients, given).map(
    (value, place): Result => ({ tensor: `${within}[${place}]`, value }),
  );
  for (const { tensor, value } of saved) given.set(value, tensor);
  const results = reading(joined, gradients, given);
  if (save === "output") {
    const reason = whyNotOutput(forward, values, tensorsIn(results.map((one) => one.value)));
    if (reason !== undefined) return reason;
  }
  const kept = saved.map(
    ({ tensor, value: { axes } }): GraphTensor => ({
      within,
      name: tensor,
      role: "saved",
      dims: axes,
      factors: axes,
    }),
  );
  return {
    forward: { ...forward, tensors: [...forward.tensors, ...kept], results: [...values, ...saved] },
    backward: backwardGraph(forward, [...kept, ...joined.tensors], results),
  };
}

/** The backward graph for some of its gradients. What is kept is laid out as for all of them. */
export function narrowBackward({ forward, backward }: Divided, of: readonly string[]): Graph {
  const wanted = new Set(of.map(gradientName));
  const results = backward.results.filter((one) => wanted.has(one.tensor));
  return backwardGraph(forward, backward.tensors, results);
}

/** @param all the tensors of the backward part, and maybe more. */
function backwardGraph(forward: Graph, all: readonly GraphTensor[], results: readonly Result[]): Graph {
  const read = tensorsIn(results.map((one) => one.value));
  const written = new Set(results.map((one) => one.tensor));
  const cotangents = cotangentsOf(forward);
  const d = all.filter((one) => cotangents.has(one.name));
  const sources = forward.tensors.flatMap((one): GraphTensor[] => {
    if (one.role === "saved") return [];
    if (one.role === "output") return read.has(one.name) ? [{ ...one, role: "input" }] : [];
    return [one];
  });
  return {
    ...forward,
    tensors: [
      ...neededTensors(sources, results, d),
      ...all.filter((one) => one.role === "saved"),
      ...d,
      ...all.filter((one) => written.has(one.name)),
    ],
    results,
  };
}

function cotangentsOf(forward: Graph): Set<string> {
  return new Set(forward.tensors.filter((one) => one.role === "output").map((one) => gradientName(one.name)));
}

/** The name of the buffer; a norm may have a tensor of that name. */
function bufferName({ tensors }: Graph): string {
  let name = "saved";
  while (tensors.some((one) => one.name === name)) name += "_";
  return name;
}

/**
 * The nodes to keep: what the forward pass computes anyway and reads tensors through reductions alone, as late as that
 * holds. `x − mean(x)` reads x as well, and `rstd * gamma` gamma: they are cheaper computed again. What only gradients
 * need (the mean of xhat) would be one more loop of the forward pass.
 */
function statistics(
  forward: Graph,
  values: readonly Result[],
  gradients: readonly Result[],
  given: ReadonlyMap<Node, string>,
): Node[] {
  const computed = new Set(reachable(values.map((one) => one.value)));
  const cotangents = cotangentsOf(forward);
  const largest = Math.max(...forward.tensors.map((one) => one.factors.length));
  const below = (node: Node): readonly Node[] => (given.has(node) ? [] : operands(node));
  const roots = gradients.map((one) => one.value);
  const nodes = reachable(roots, below);
  // Of the nodes that no cotangent is below.
  const reading = new Map<Node, "nothing" | "reductions" | "tensors">();
  for (const node of nodes) {
    const found = below(node).map((one) => reading.get(one));
    if (found.includes(undefined) || (node.kind === "input" && cotangents.has(node.tensor))) continue;
    if (node.kind === "reduce") reading.set(node, "reductions");
    else if (node.kind === "input" || given.has(node) || found.includes("tensors"))
      reading.set(node, "tensors");
    else reading.set(node, found.includes("reductions") ? "reductions" : "nothing");
  }
  // A value of as many axes as the largest tensor would be no small thing to keep.
  const isStatistic = (node: Node): boolean =>
    reading.get(node) === "reductions" && computed.has(node) && node.axes.length < largest;
  const used = nodes.filter((one) => !isStatistic(one)).flatMap(below);
  const last = new Set([...used, ...roots].filter(isStatistic));
  return nodes.filter((one) => last.has(one));
}

/** The results with each of the given values read from the tensor that holds it. */
function reading(joined: Graph, results: readonly Result[], given: ReadonlyMap<Node, string>): Result[] {
  const g = createBuilder(joined.factors);
  const made = rebuildAll(
    g,
    results.map((one) => one.value),
    (node) => {
      const tensor = given.get(node);
      return tensor === undefined ? undefined : g.input(tensor, node.axes);
    },
  );
  return results.map(({ tensor, value }) => ({ tensor, value: made.get(value)! }));
}
