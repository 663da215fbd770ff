/**
 * Decides which values a forward pass saves for its backward pass. Both are written into one graph, and the compiler
 * passes run on it. Then it is cut where statistics end: the forward part stores those that the backward part would
 * compute again.
 *
 *     none     old values of states: a state that the forward pass updates in place and the backward part reads
 *     stats    the same, and each statistic that the backward part reads; a mean as a pair, as the numerics contract asks
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

/** What is saved: nothing that can be computed again, the statistics, or also the outputs in place of the inputs. */
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
export function divide(forward: Graph, joined: Graph, save: Save): Divided | string {
  const own = new Set(forward.results.map((one) => one.tensor));
  const values = joined.results.filter((one) => own.has(one.tensor));
  const gradients = joined.results.filter((one) => !own.has(one.tensor));

  const given = new Map<Node, string>();
  if (save === "output") {
    const outputs = new Set(withCotangent(forward).map((one) => one.name));
    for (const { tensor, value } of values) if (outputs.has(tensor)) given.set(value, tensor);
  }
  const within = freeBufferName(forward, "saved");
  const saved = savedNodes(joined, { values, gradients, given, save }).map(
    (value, place): Result => ({ tensor: `${within}[${place}]`, value }),
  );
  for (const { tensor, value } of saved) given.set(value, tensor);
  const results = reading(joined, gradients, given);
  if (save === "output") {
    const reason = whyNotOutput(forward, values, tensorsIn(results.map((one) => one.value)));
    if (reason !== undefined) return reason;
  }
  const kept = asTensors(saved, within);
  const { backward: _, ...norm } = forward;
  return {
    forward: { ...norm, tensors: [...forward.tensors, ...kept], results: [...values, ...saved] },
    backward: backwardGraph(forward, [...kept, ...joined.tensors], results),
  };
}

/** Stored values as tensors, which lie in one buffer. */
export function asTensors(stored: readonly Result[], within: string): GraphTensor[] {
  return stored.map(({ tensor, value: { axes } }) => ({
    within,
    name: tensor,
    role: "saved",
    dims: axes,
    factors: axes,
  }));
}

/** The backward graph for some of its gradients. The saved values lie as they do for all gradients. */
export function narrowBackward({ forward, backward }: Divided, of: readonly string[]): Graph {
  const wanted = backward.tensors.filter(
    ({ role, gradientOf }) => role === "output" && gradientOf !== undefined && of.includes(gradientOf),
  );
  const states = new Set(backward.tensors.filter((one) => one.role === "state").map((one) => one.name));
  const results = backward.results.filter(
    ({ tensor }) => states.has(tensor) || wanted.some(({ name }) => name === tensor),
  );
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
  const { backward: _, ...norm } = forward;
  return {
    ...norm,
    tensors: [
      ...neededTensors(sources, results, cotangents),
      ...all.filter((one) => one.role === "saved"),
      ...cotangents,
      ...all.filter((one) => one.role === "output" && written.has(one.name)),
    ],
    results,
  };
}

function isCotangent({ role, gradientOf }: GraphTensor): boolean {
  return role === "input" && gradientOf !== undefined;
}

/** The name of the buffer that holds all stored values. It differs from the names of the norm's tensors. */
export function freeBufferName({ tensors }: Graph, wanted: string): string {
  let name = wanted;
  while (tensors.some((one) => one.name === name)) name += "_";
  return name;
}

/** The states that the forward pass updates, so that a backward pass after it finds other values. */
function overwrittenStates({ tensors, results }: Graph): Set<string> {
  const written = new Set(results.map((one) => one.tensor));
  return new Set(
    tensors.filter((one) => one.role === "state" && written.has(one.name)).map((one) => one.name),
  );
}

/** Whether the gradients depend on values of states that are gone after the forward pass. */
export function readsOverwritten(forward: Graph): boolean {
  const overwritten = overwrittenStates(forward);
  if (overwritten.size === 0) return false;
  const read = tensorsIn(differentiate(forward).results.map((one) => one.value));
  return [...read].some((one) => overwritten.has(one));
}

interface Cut {
  readonly values: readonly Result[];
  readonly gradients: readonly Result[];
  readonly given: ReadonlyMap<Node, string>;
  readonly save: Save;
}

/**
 * The nodes to save: old values of states, and with `stats` and `output` statistics, which are the last nodes that the forward pass computes anyway and that read tensors only through reductions.
 * `x − mean(x)` also reads x directly, and `rstd * gamma` reads gamma; computing them again is cheaper. A value that only
 * gradients need (the mean of xhat) would take one more loop in the forward pass.
 */
export function savedNodes(joined: Graph, { values, gradients, given, save }: Cut): Node[] {
  const overwritten = overwrittenStates({ ...joined, results: values });
  const isOldState = (node: Node): boolean => node.kind === "input" && overwritten.has(node.tensor);
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
    if (node.kind === "reduce" || isOldState(node)) reading.set(node, "reductions");
    else if (node.kind === "input" || given.has(node) || found.includes("tensors"))
      reading.set(node, "tensors");
    else reading.set(node, found.includes("reductions") ? "reductions" : "nothing");
  }
  // A value with as many axes as the largest tensor would take too much memory.
  const isStatistic = (node: Node): boolean =>
    save !== "none" && reading.get(node) === "reductions" && computed.has(node) && node.axes.length < largest;
  const isSaved = (node: Node): boolean => isOldState(node) || isStatistic(node);
  const used = nodes.filter((one) => !isSaved(one)).flatMap(below);
  const last = new Set([...used, ...roots].filter(isSaved));
  return nodes.filter((one) => last.has(one));
}

/** The results, with each of the given values read from the tensor that holds it. */
export function reading(
  joined: Graph,
  results: readonly Result[],
  given: ReadonlyMap<Node, string>,
): Result[] {
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
