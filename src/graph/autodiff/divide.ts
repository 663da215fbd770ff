/**
 * Decides which values a forward pass saves for its backward pass. Both are written into one graph, and the compiler
 * passes run on it. Then it is cut where statistics end: the forward part stores those that the backward part would
 * compute again.
 *
 *     stats    each statistic that the backward part reads; a mean as a pair, as the numerics contract asks
 *     output   the same, and the outputs in place of the inputs, if the outputs say as much
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
import { withCotangent } from "./gradient-names.ts";

/** What is saved: nothing, the statistics, or the statistics and the outputs in place of the inputs. */
export type Save = "none" | "stats" | "output";

export interface Divided {
  /** The norm, which also writes the saved values. */
  readonly forward: Graph;
  readonly backward: Graph;
}

/** A norm and all its gradients in one graph. */
export function joinGradients(forward: Graph): Graph {
  const backward = differentiate(forward);
  return {
    ...forward,
    tensors: [...forward.tensors, ...backward.tensors.filter((one) => one.gradientOf !== undefined)],
    results: [...forward.results, ...backward.results],
  };
}

/** Cuts a joined graph after the passes. If `save` is impossible, returns the reason in words. */
export function divide(forward: Graph, joined: Graph, save: Exclude<Save, "none">): Divided | string {
  const own = new Set(forward.results.map((one) => one.tensor));
  const values = joined.results.filter((one) => own.has(one.tensor));
  const gradients = joined.results.filter((one) => !own.has(one.tensor));

  const given = new Map<Node, string>();
  if (save === "output") {
    const outputs = new Set(withCotangent(forward).map((one) => one.name));
    for (const { tensor, value } of values) if (outputs.has(tensor)) given.set(value, tensor);
  }
  const within = bufferName(forward);
  const saved = statistics(joined, values, gradients, given).map(
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

/** The backward graph for some of its gradients. The saved values lie as they do for all gradients. */
export function narrowBackward({ forward, backward }: Divided, of: readonly string[]): Graph {
  const wanted = backward.tensors.filter(
    ({ role, gradientOf }) => role === "output" && gradientOf !== undefined && of.includes(gradientOf),
  );
  const results = backward.results.filter((one) => wanted.some(({ name }) => name === one.tensor));
  return backwardGraph(forward, backward.tensors, results);
}

/** @param all the tensors of the backward part; it may hold more. */
function backwardGraph(forward: Graph, all: readonly GraphTensor[], results: readonly Result[]): Graph {
  const read = tensorsIn(results.map((one) => one.value));
  const written = new Set(results.map((one) => one.tensor));
  const cotangents = all.filter(isCotangent);
  const sources = forward.tensors.flatMap((one): GraphTensor[] => {
    if (one.role === "saved") return [];
    if (one.role === "output") return read.has(one.name) ? [{ ...one, role: "input" }] : [];
    return [one];
  });
  return {
    ...forward,
    tensors: [
      ...neededTensors(sources, results, cotangents),
      ...all.filter((one) => one.role === "saved"),
      ...cotangents,
      ...all.filter((one) => written.has(one.name)),
    ],
    results,
  };
}

function isCotangent({ role, gradientOf }: GraphTensor): boolean {
  return role === "input" && gradientOf !== undefined;
}

/** The name of the buffer. It differs from the names of the norm's tensors. */
function bufferName({ tensors }: Graph): string {
  let name = "saved";
  while (tensors.some((one) => one.name === name)) name += "_";
  return name;
}

/**
 * The nodes to save: the last ones that the forward pass computes anyway and that read tensors only through reductions.
 * `x − mean(x)` also reads x directly, and `rstd * gamma` reads gamma; computing them again is cheaper. A value that only
 * gradients need (the mean of xhat) would take one more loop in the forward pass.
 */
function statistics(
  joined: Graph,
  values: readonly Result[],
  gradients: readonly Result[],
  given: ReadonlyMap<Node, string>,
): Node[] {
  const computed = new Set(reachable(values.map((one) => one.value)));
  const cotangents = new Set(joined.tensors.filter(isCotangent).map((one) => one.name));
  const largest = Math.max(...joined.tensors.map((one) => one.factors.length));
  const below = (node: Node): readonly Node[] => (given.has(node) ? [] : operands(node));
  const roots = gradients.map((one) => one.value);
  const nodes = reachable(roots, below);
  // Only nodes that need no cotangent count.
  const reading = new Map<Node, "nothing" | "reductions" | "tensors">();
  for (const node of nodes) {
    const found = below(node).map((one) => reading.get(one));
    if (found.includes(undefined) || (node.kind === "input" && cotangents.has(node.tensor))) continue;
    if (node.kind === "reduce") reading.set(node, "reductions");
    else if (node.kind === "input" || given.has(node) || found.includes("tensors"))
      reading.set(node, "tensors");
    else reading.set(node, found.includes("reductions") ? "reductions" : "nothing");
  }
  // A value with as many axes as the largest tensor would take too much memory.
  const isStatistic = (node: Node): boolean =>
    reading.get(node) === "reductions" && computed.has(node) && node.axes.length < largest;
  const used = nodes.filter((one) => !isStatistic(one)).flatMap(below);
  const last = new Set([...used, ...roots].filter(isStatistic));
  return nodes.filter((one) => last.has(one));
}

/** The results, with each of the given values read from the tensor that holds it. */
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
