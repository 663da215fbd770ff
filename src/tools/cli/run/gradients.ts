/** `--grad`: the backward graph of a norm, and the feeds that it takes. */
import { gradientNameClash } from "../../../compile/build/name-clash.ts";
import { noGradients } from "../../../compile/build/no-gradients.ts";
import { differentiate } from "../../../graph/autodiff/differentiate.ts";
import { withCotangent } from "../../../graph/autodiff/gradient-names.ts";
import { gradientName } from "../../../graph/tensor/gradient-name.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { product } from "../../../runtime/shapes/lengths.ts";
import { resolveShapes } from "../../../runtime/shapes/shapes.ts";
import { programInterface } from "../../../targets/interface/program-interface.ts";
import type { Spec } from "../arguments/specs.ts";
import type { Feed } from "../files/read-cases.ts";
import { InputError } from "../terminal/failure.ts";

/** Throws an InputError N515 if a name of the norm is the name of a gradient, N519 if it has no gradients. */
export function refuseWithoutGradients({ source, norm }: Spec): void {
  const refused = gradientNameClash(source, norm) ?? noGradients(source, norm);
  if (refused !== undefined) throw new InputError([refused]);
}

// Many cases of one spec share a graph, and a backend compiles each graph once.
const backward = new WeakMap<Graph, Graph>();

export function backwardOf(graph: Graph): Graph {
  const made = backward.get(graph) ?? differentiate(graph);
  backward.set(graph, made);
  return made;
}

/** The tensors that a case with gradients may feed: those of the norm, and `d_y` for each output of floats. */
export function gradientFeeds(graph: Graph): string[] {
  return [
    ...graph.tensors.flatMap(({ name, role }) => (role === "output" ? [] : [name])),
    ...withCotangent(graph).map(({ name }) => gradientName(name)),
  ];
}

/**
 * The feeds, with zeros for each `d_y` that is omitted. Checks the dims of all against the norm.
 * @throws NormError N308, N501 to N507.
 */
export function completeFeeds(
  graph: Graph,
  feeds: Readonly<Record<string, Feed>>,
  params: Readonly<Record<string, number>>,
): Record<string, Feed> {
  const given = new Map(Object.entries(feeds));
  const forward = graph.tensors.filter((one) => one.role !== "output" && given.has(one.name));
  const dims = Object.fromEntries(forward.map(({ name }) => [name, given.get(name)?.dims ?? []]));
  const shapes = resolveShapes(programInterface(graph), dims, params);
  for (const { name } of withCotangent(graph)) {
    const cotangent = gradientName(name);
    if (given.has(cotangent)) continue;
    const zeros = shapes.dims.get(name) ?? [];
    given.set(cotangent, { dims: zeros, data: new Array<number>(product(zeros)).fill(0) });
  }
  return Object.fromEntries(given);
}

/** Those of the feeds that the backward graph reads, without those that only the forward pass reads. */
export function backwardFeeds(graph: Graph, complete: Readonly<Record<string, Feed>>): Record<string, Feed> {
  const needed = new Set(backwardOf(graph).tensors.map((one) => one.name));
  return Object.fromEntries(Object.entries(complete).filter(([name]) => needed.has(name)));
}
