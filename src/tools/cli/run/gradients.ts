/** `--grad`: the backward graph of a norm, and the feeds that it takes. */
import { differentiate } from "../../../graph/autodiff/differentiate.ts";
import { gradientName, nameClash } from "../../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../../language/diagnostics/diagnostic.ts";
import type { NormItem } from "../../../language/syntax/ast.ts";
import { parse } from "../../../language/syntax/parse.ts";
import { product, resolveShapes } from "../../../runtime/shapes/shapes.ts";
import { programInterface } from "../../../targets/interface/program-interface.ts";
import type { Spec } from "../arguments/specs.ts";
import type { Feed } from "../files/feeds.ts";
import { InputError } from "../terminal/failure.ts";

/** Throws an InputError N515 if a name of the norm is the name of a gradient. */
export function refuseNameClash({ source, norm }: Spec): void {
  for (const graph of norm.graphs) {
    const clash = nameClash(graph);
    if (clash === undefined) continue;
    const { name, of } = clash;
    const start = source.text.indexOf(norm.name);
    const span = declarationOf(source, norm.name, name) ?? { source, start, end: start + norm.name.length };
    throw new InputError([
      diagnostic("N515", `\`${name}\` is the name of the gradient of \`${of}\``, span, {
        note: "the name of a gradient is `d_` and the name of its tensor: choose another name",
      }),
    ]);
  }
}

/** Undefined if another file declares it, as with the states of a called norm. */
function declarationOf(source: Span["source"], norm: string, name: string): Span | undefined {
  const declared = parse(source, () => undefined).items.find(
    (one) => one.kind === "norm" && one.name.text === norm,
  );
  const items = declared?.kind === "norm" ? declared.items : [];
  return items.flatMap(declarations).find((one) => one.name.text === name)?.name.span;
}

function declarations(
  item: NormItem,
): readonly { readonly name: { readonly text: string; readonly span: Span } }[] {
  switch (item.kind) {
    case "param":
      return item.params;
    case "tensors":
      return item.tensors;
    case "output":
      return item.outputs;
    default:
      return [];
  }
}

// Many cases of one spec share a graph, and a backend compiles each graph once.
const backward = new WeakMap<Graph, Graph>();

export function backwardOf(graph: Graph): Graph {
  const made = backward.get(graph) ?? differentiate(graph);
  backward.set(graph, made);
  return made;
}

/** The tensors that a case with gradients may feed: those of the norm, and `d_y` for each output. */
export function gradientFeeds(graph: Graph): string[] {
  return graph.tensors.map(({ name, role }) => (role === "output" ? gradientName(name) : name));
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
  for (const { name, role } of graph.tensors) {
    const cotangent = gradientName(name);
    if (role !== "output" || given.has(cotangent)) continue;
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
