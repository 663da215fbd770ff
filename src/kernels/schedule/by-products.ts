/**
 * Sums that a kernel can add up on its way over the rows, for results that are made of them. A reduction over axes of the
 * grid and of the row is in two parts, the kernel's and the rest:
 *
 *     sum(v over N, S), grid N, C, row S  →  rows:    once[N, C] = sum(v over S);  later sum(once over N)
 *     sum(v over T),    grid N, T, row D  →  columns: sums[N, chunk, D] of v;      later sum(sums over chunk)
 *     sum(v over N, S), grid N, row K, S  →  segments: part[N, K] = sum(v over S); later sum(part over N)
 *
 * This is how d_gamma and d_beta come out of the kernel that writes d_x.
 */
import { type AxisSet, isSubset, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Graph, type Node, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { outermostReductions, type Rows, resolveInKernel } from "./locality.ts";
import { chunkAxis, type Segment, scratchName, type Target } from "./plan.ts";
import { segmentAxes, sumsOfSegments } from "./segment-sums.ts";

export interface ByProducts {
  /** The targets that are computed after the kernel, of what it adds up. */
  readonly after: readonly Target[];
  /** What the kernel stores once a row, and adds up over its rows. */
  readonly once: readonly Target[];
  readonly columns: readonly Target[];
  readonly chunked: AxisSet;
  readonly segments: readonly Segment[];
  /** The given values, made of the segments where they can be. */
  readonly values: readonly Node[];
}

export function byProducts(
  g: GraphBuilder,
  graph: Graph,
  rest: readonly Target[],
  rows: Rows,
  largest: Target,
  values: readonly Node[],
): ByProducts {
  const once = new Map<string, Target>();
  const columns = new Map<string, Target>();
  const segments = new Map<string, Segment>();
  const outputs = new Set(graph.tensors.filter((one) => one.role === "output").map((one) => one.name));
  const layout = minus(largest.factors, rows.grid);
  let chunked: AxisSet = [];
  let segmented: AxisSet = [];
  const after = rest.flatMap((target): Target[] => {
    if (!outputs.has(target.tensor)) return [];
    const reductions = outermostReductions(target.value);
    const parts = reductions.flatMap((one) => partOf(one) ?? []);
    if (parts.length === 0 || parts.length < reductions.length) return [];
    // One chunk of rows for all sums of the kernel, and one length for all segments.
    const chunk = common([chunked, ...parts.map((one) => (one.kind === "column" ? one.chunk : []))]);
    const inner = common([
      segmented,
      ...parts.map((one) => (one.kind === "segment" ? one.made.value.over : [])),
    ]);
    if (chunk === undefined || inner === undefined) return [];
    chunked = chunk;
    segmented = inner;
    const found = new Map<Node, Node>();
    for (const [i, part] of parts.entries()) {
      const { tensor } = part.made;
      if (part.kind === "segment") segments.set(tensor, part.made);
      else (part.kind === "row" ? once : columns).set(tensor, part.made);
      found.set(reductions[i], part.rest);
    }
    return [{ ...target, value: replace(g, target.value, found) }];
  });
  const sums = sumsOfSegments(
    g,
    values,
    [...segments.values()].map((one) => one.value),
    layout,
  );
  const remade = (one: Target): Target => ({ ...one, value: replace(g, one.value, sums) });
  return {
    after,
    once: [...once.values()].map(remade),
    columns: [...columns.values()].map(remade),
    chunked,
    segments: [...segments.values()],
    values: values.map((one) => replace(g, one, sums)),
  };

  /** A reduction in two: what the kernel makes, and the rest, of that. */
  type Part = { readonly rest: Node } & (
    | { readonly kind: "row"; readonly made: Target }
    /** `chunk`: the axes of the rows that a chunk is of. */
    | { readonly kind: "column"; readonly made: Target; readonly chunk: AxisSet }
    | { readonly kind: "segment"; readonly made: Segment }
  );

  function partOf(node: ReduceNode): Part | undefined {
    if (node.op !== "sum") return undefined;
    const inRow = minus(node.over, rows.grid);
    const inGrid = minus(node.over, inRow);
    if (inGrid.length === 0 || !isSubset(inRow, rows.row)) return undefined;
    const inner = inRow.length === 0 ? node.arg : g.reduce("sum", node.arg, inRow);
    if (sameAxes(inner.axes, rows.grid)) return rowPart(inner, inGrid);
    const whole = isSubset(rows.grid, inner.axes) && layout.length > 0;
    const across = minus(inner.axes, rows.grid);
    if (whole && inRow.length === 0 && sameAxes(across, layout)) return columnPart(inner, inGrid);
    const kept = segmentAxes(layout, inRow);
    if (whole && kept.length > 0 && sameAxes(across, kept))
      return segmentPart(inner, node.arg, inRow, inGrid, kept);
    return undefined;
  }

  function rowPart(inner: Node, inGrid: AxisSet): Part | undefined {
    const value = local(inner);
    if (value === undefined) return undefined;
    const tensor = scratchName(inner);
    const rest = g.reduce("sum", g.input(tensor, rows.grid), inGrid);
    return { kind: "row", made: { tensor, factors: rows.grid, value }, rest };
  }

  function columnPart(inner: Node, inGrid: AxisSet): Part | undefined {
    const outer = rows.grid.slice(0, rows.grid.length - inGrid.length);
    const value = sameAxes(outer, minus(rows.grid, inGrid)) ? local(inner) : undefined;
    if (value === undefined) return undefined;
    // The builder knows an input by its name, and another grid sums the same over other axes.
    const tensor = `sums_${inner.id}_over_${inGrid.join("_")}`;
    const factors = [...outer, chunkAxis, ...layout];
    const rest = g.reduce("sum", g.input(tensor, factors), [chunkAxis]);
    return { kind: "column", made: { tensor, factors, value }, chunk: rows.grid.slice(outer.length), rest };
  }

  function segmentPart(
    inner: Node,
    arg: Node,
    inRow: AxisSet,
    inGrid: AxisSet,
    kept: AxisSet,
  ): Part | undefined {
    const element = local(arg);
    if (element === undefined) return undefined;
    const value = g.reduce("sum", element, inRow);
    const tensor = scratchName(inner);
    const factors = [...rows.grid, ...kept];
    const rest = g.reduce("sum", g.input(tensor, factors), inGrid);
    if (value.kind !== "reduce") return undefined;
    return { kind: "segment", made: { tensor, factors, value }, rest };
  }

  /** The value as the kernel computes it, if it can without asking for more than it does anyway. */
  function local(node: Node): Node | undefined {
    let more = false;
    const known = new Set(reachable(values).map((one) => (one.kind === "input" ? one.tensor : "")));
    const value = resolveInKernel(g, node, rows, (missing) => {
      more ||= !known.has(scratchName(missing));
      return g.input(scratchName(missing), missing.axes);
    });
    return more ? undefined : value;
  }
}

function replace(g: GraphBuilder, value: Node, found: ReadonlyMap<Node, Node>): Node {
  if (found.size === 0) return value;
  return rebuildAll(g, [value], (node) => found.get(node)).get(value) as Node;
}

/** The axes that all sets agree on, of those that have any; undefined where they do not. */
function common(sets: readonly AxisSet[]): AxisSet | undefined {
  const [first, ...others] = sets.filter((one) => one.length > 0);
  return first === undefined ? [] : others.every((one) => sameAxes(one, first)) ? first : undefined;
}
