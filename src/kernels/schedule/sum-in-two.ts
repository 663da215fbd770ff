/**
 * Splits a sum over axes of the grid in two: what a kernel adds up as it goes over its rows, and the rest, which a
 * later kernel adds up.
 *
 *     sum(v over N, S), grid N, C, row S  →  row:      once[N, C] = sum(v over S);  later sum(once over N)
 *     sum(v over T),    grid N, T, row D  →  column:   sums[N, chunk, D] of v;      later sum(sums over chunk)
 *     sum(v over N, S), grid N, row K, S  →  segment:  part[N, K] = sum(v over S);  later sum(part over N)
 *
 * `sumsInTwo` also splits a sum over what is computed from such sums:
 *
 *     sum(a · sum(v over S) over N), grid N, row K, S  →  a[N] and part[N, K];  later sum(a · part over N)
 */

import { type AxisSet, isSubset, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import type { Node, ReduceNode } from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { chunkFactor } from "../../program/names.ts";
import { outermostReductions, type Rows, resolveInKernel } from "./locality.ts";
import type { Segment, Target } from "./plan.ts";
import type { ScratchNames } from "./scratch-names.ts";
import { segmentAxes } from "./segment-sums.ts";

/** The facts about a kernel that goes over rows. */
export interface GoingRows {
  readonly rows: Rows;
  /** The axes of the row that it mainly stores, slowest first. */
  readonly row: AxisSet;
  /** The tensors that it reads anyway. */
  readonly reads: ReadonlySet<string>;
  readonly names: ScratchNames;
}

export type SumInTwo = {
  readonly sum: ReduceNode;
  /** The same sum, computed from what the kernel stores. */
  readonly rest: Node;
} & (
  | { readonly kind: "row"; readonly made: Target }
  /** `chunk` is the axes along which the rows of a chunk lie. They become the inner axes of the grid. */
  | { readonly kind: "column"; readonly made: Target; readonly chunk: AxisSet }
  | { readonly kind: "segment"; readonly made: Segment }
);

/** A sum, its axes, and the axes of the grid that remain after it is added up over the row. */
interface Cut {
  readonly sum: ReduceNode;
  readonly inRow: AxisSet;
  readonly inGrid: AxisSet;
  readonly inner: Node;
}

/** Splits a sum. Undefined if the kernel would have to read more than it reads anyway. */
export function sumsInTwo(g: GraphBuilder, going: GoingRows, sum: ReduceNode): SumInTwo[] | undefined {
  const one = sumInTwo(g, going, sum);
  return one === undefined ? ofTerms(g, going, sum) : [one];
}

function sumInTwo(g: GraphBuilder, going: GoingRows, sum: ReduceNode): SumInTwo | undefined {
  const { row } = going;
  const { grid } = going.rows;
  const inRow = minus(sum.over, grid);
  const inGrid = minus(sum.over, inRow);
  if (sum.op !== "sum" || inGrid.length === 0 || !isSubset(inRow, going.rows.row)) return undefined;
  const inner = inRow.length === 0 ? sum.arg : g.reduce("sum", sum.arg, inRow);
  const cut: Cut = { sum, inRow, inGrid, inner };
  if (sameAxes(inner.axes, grid)) return ofRows(g, going, cut);
  if (!isSubset(grid, inner.axes) || row.length === 0) return undefined;
  const across = minus(inner.axes, grid);
  if (inRow.length === 0) return sameAxes(across, row) ? ofColumns(g, going, cut) : undefined;
  const kept = segmentAxes(row, inRow);
  return kept.length > 0 && sameAxes(across, kept) ? ofSegments(g, going, cut, kept) : undefined;
}

function ofRows(g: GraphBuilder, going: GoingRows, { sum, inner, inGrid }: Cut): SumInTwo | undefined {
  const { grid } = going.rows;
  const value = inKernel(g, going, inner);
  if (value === undefined) return undefined;
  const tensor = going.names.of(inner);
  const rest = g.reduce("sum", g.input(tensor, grid), inGrid);
  return { kind: "row", sum, rest, made: { tensor, factors: grid, value } };
}

function ofColumns(g: GraphBuilder, going: GoingRows, { sum, inner, inGrid }: Cut): SumInTwo | undefined {
  const { grid } = going.rows;
  const value = inKernel(g, going, inner);
  if (value === undefined) return undefined;
  // The builder identifies an input by its name, and with another grid the same sum goes over other axes.
  const tensor = going.names.like(`sums_${inner.id}_over_${inGrid.join("_")}`);
  const outer = minus(grid, inGrid);
  const factors = [...outer, chunkFactor, ...going.row];
  const rest = g.reduce("sum", g.input(tensor, factors), [chunkFactor]);
  return { kind: "column", sum, rest, made: { tensor, factors, value }, chunk: minus(grid, outer) };
}

/** @param kept the outer axes of the row. */
function ofSegments(
  g: GraphBuilder,
  going: GoingRows,
  { sum, inner, inRow, inGrid }: Cut,
  kept: AxisSet,
): SumInTwo | undefined {
  const made = segment(g, going, sum.arg, inRow, going.names.of(inner), kept);
  const rest = made && g.reduce("sum", g.input(made.tensor, made.factors), inGrid);
  return rest && { kind: "segment", sum, rest, made };
}

function segment(
  g: GraphBuilder,
  going: GoingRows,
  arg: Node,
  inner: AxisSet,
  tensor: string,
  kept: AxisSet,
): Segment | undefined {
  const element = inKernel(g, going, arg);
  const value = element && g.reduce("sum", element, inner);
  return value?.kind === "reduce" ? { tensor, factors: [...going.rows.grid, ...kept], value } : undefined;
}

/** A sum over axes of the grid, of what is computed from sums of segments and from values of the row. */
function ofTerms(g: GraphBuilder, going: GoingRows, sum: ReduceNode): SumInTwo[] | undefined {
  const { row, rows, names } = going;
  if (sum.op !== "sum" || !isSubset(sum.over, rows.grid)) return undefined;
  const segments: Segment[] = [];
  const once: Target[] = [];
  const stored = new Map<Node, Node>();
  for (const node of outermostReductions(sum.arg)) {
    const tensor = names.of(node);
    const kept = segmentAxes(row, node.over);
    const isSegment = node.op === "sum" && kept.length > 0 && sameAxes(node.axes, [...rows.grid, ...kept]);
    const ofSegment = isSegment ? segment(g, going, node.arg, node.over, tensor, kept) : undefined;
    const ofRow = sameAxes(node.axes, rows.grid) ? inKernel(g, going, node) : undefined;
    if (ofSegment !== undefined) segments.push(ofSegment);
    else if (ofRow !== undefined) once.push({ tensor, factors: rows.grid, value: ofRow });
    else return undefined;
    stored.set(node, g.input(tensor, node.axes));
  }
  if (segments.length === 0) return undefined;
  const arg = rebuildAll(g, [sum.arg], (node) => stored.get(node)).get(sum.arg) as Node;
  const rest = g.reduce("sum", arg, sum.over);
  return [
    ...segments.map((made): SumInTwo => ({ kind: "segment", sum, rest, made })),
    ...once.map((made): SumInTwo => ({ kind: "row", sum, rest, made })),
  ];
}

/** A value as the kernel computes it. Undefined if it would have to read more. */
function inKernel(g: GraphBuilder, { rows, reads, names }: GoingRows, node: Node): Node | undefined {
  const missing: string[] = [];
  const value = resolveInKernel(g, node, rows, (one) => {
    missing.push(names.of(one));
    return g.input(names.of(one), one.axes);
  });
  return missing.every((one) => reads.has(one)) ? value : undefined;
}
