/** Sets the order of a tensor's axes in memory at build time. The equations do not change. */
import type { Graph, GraphTensor } from "../../graph/tensor/graph.ts";
import { type Diagnostic, diagnostic, type Report } from "../../language/diagnostics/diagnostic.ts";

export interface Layout {
  /** The layout as the user wrote it. */
  readonly text: string;
  /** The tensor it applies to. Undefined: every tensor that has exactly these axes. */
  readonly tensor: string | undefined;
  readonly axes: readonly string[];
}

/** Reads `N,...S,C` or `x=N,...S,C`. Undefined if the text has another form. */
export function parseLayout(text: string): Layout | undefined {
  const [, tensor, axes] = /^(?:([A-Za-z_]\w*)=)?([^=]+)$/.exec(text.trim()) ?? [];
  const names = (axes ?? "").split(",").map((one) => one.trim().replace(/^\.\.\./, ""));
  if (axes === undefined || names.some((one) => !/^[A-Za-z_]\w*$/.test(one))) return undefined;
  return { text, tensor, axes: names };
}

/** Applies the layouts in order; the last one for a tensor wins. Reports N309 if a named tensor has other axes. */
export function applyLayouts(
  graph: Graph,
  layouts: readonly Layout[],
  used: Set<Layout>,
  report: Report,
): Graph {
  if (layouts.length === 0) return graph;
  return { ...graph, tensors: graph.tensors.map((one) => layouts.reduce(laidOut, one)) };

  function laidOut(tensor: GraphTensor, layout: Layout): GraphTensor {
    if (layout.tensor !== undefined && layout.tensor !== tensor.name) return tensor;
    const same =
      tensor.dims.length === layout.axes.length &&
      new Set(layout.axes).size === layout.axes.length &&
      layout.axes.every((one) => tensor.dims.includes(one));
    if (!same) {
      if (layout.tensor === undefined) return tensor;
      used.add(layout);
      report(unfit(layout, `${graph.norm}.${tensor.name} has the axes ${tensor.dims.join(", ")}`));
      return tensor;
    }
    used.add(layout);
    const parts = new Map(graph.axes.map((axis) => [axis.name, axis.factors.map((one) => one.name)]));
    return { ...tensor, dims: layout.axes, factors: layout.axes.flatMap((one) => parts.get(one) ?? [one]) };
  }
}

/** Reports N309 for each layout that applied to no tensor. */
export function unusedLayouts(layouts: readonly Layout[], used: ReadonlySet<Layout>): Diagnostic[] {
  return layouts
    .filter((one) => !used.has(one))
    .map((one) =>
      unfit(one, one.tensor === undefined ? "no tensor has these axes" : `there is no tensor ${one.tensor}`),
    );
}

function unfit(layout: Layout, reason: string): Diagnostic {
  const source = { path: "--layout", text: layout.text };
  const span = { source, start: 0, end: layout.text.length };
  return diagnostic("N309", `this layout does not fit: ${reason}`, span);
}
