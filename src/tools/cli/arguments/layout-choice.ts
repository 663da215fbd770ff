/** `--layout`: the order of a tensor's axes in memory, chosen at build time. The equations do not change. */

import type { Graph, GraphTensor } from "../../../graph/tensor/graph.ts";
import { diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import { CommandError, InputError } from "../terminal/failure.ts";

export interface Layout {
  readonly text: string;
  /** Undefined: every tensor that has exactly these axes. */
  readonly tensor: string | undefined;
  readonly axes: readonly string[];
}

/** `N,...S,C` or `x=N,...S,C`. Throws a CommandError 2. */
export function parseLayout(text: string): Layout {
  const [, tensor, axes] = /^(?:([A-Za-z_]\w*)=)?([^=]+)$/.exec(text.trim()) ?? [];
  const names = (axes ?? "").split(",").map((one) => one.trim().replace(/^\.\.\./, ""));
  if (axes === undefined || names.some((one) => !/^[A-Za-z_]\w*$/.test(one))) {
    throw new CommandError(2, `--layout: expected AXIS,AXIS,… or TENSOR=AXIS,AXIS,…, given \`${text}\``);
  }
  return { text, tensor, axes: names };
}

/** A later layout of the same tensor wins. Throws an InputError N309 where a named tensor has other axes. */
export function applyLayouts(graph: Graph, layouts: readonly Layout[], used: Set<Layout>): Graph {
  if (layouts.length === 0) return graph;
  return { ...graph, tensors: graph.tensors.map((one) => layouts.reduce(laidOut, one)) };

  function laidOut(tensor: GraphTensor, layout: Layout): GraphTensor {
    if (layout.tensor !== undefined && layout.tensor !== tensor.name) return tensor;
    const same =
      tensor.dims.length === layout.axes.length &&
      new Set(layout.axes).size === layout.axes.length &&
      layout.axes.every((one) => tensor.dims.includes(one));
    if (!same && layout.tensor === undefined) return tensor;
    if (!same) throw unfit(layout, `${graph.norm}.${tensor.name} has the axes ${tensor.dims.join(", ")}`);
    used.add(layout);
    const parts = new Map(graph.axes.map((axis) => [axis.name, axis.factors.map((one) => one.name)]));
    return { ...tensor, dims: layout.axes, factors: layout.axes.flatMap((one) => parts.get(one) ?? [one]) };
  }
}

/** Throws an InputError N309 for a layout that no tensor took. */
export function refuseUnusedLayouts(layouts: readonly Layout[], used: ReadonlySet<Layout>): void {
  for (const one of layouts) {
    if (used.has(one)) continue;
    throw unfit(
      one,
      one.tensor === undefined ? "no tensor has these axes" : `there is no tensor ${one.tensor}`,
    );
  }
}

function unfit(layout: Layout, reason: string): InputError {
  const source = { path: "--layout", text: layout.text };
  const span = { source, start: 0, end: layout.text.length };
  return new InputError([diagnostic("N309", `this layout does not fit: ${reason}`, span)]);
}
