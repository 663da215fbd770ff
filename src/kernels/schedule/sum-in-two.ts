/**
 * Splits a sum over axes of the grid in two: what a kernel adds up as it goes over its rows, and the rest, which a
 * later kernel adds up.
 *
 *     sum(v over N, S), grid N, C, row S  →  row:      once[N, C] = sum(v over S);  later sum(once over N)
 *     sum(v over T),    grid N, T, row D  →  column:   sums[N, chunk, D] of v;      later sum(sums over chunk)
 *     sum(v over N, S), grid N, row K, S  →  segment:  part[N, K] = sum(v over S);  later sum(part over N)
 */

import { type AxisSet, isSubset, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import type { Node, ReduceNode } from "../../graph/tensor/graph.ts";
import { chunkFactor } from "../../program/names.ts";
import { type Rows, resolveInKernel } from "./locality.ts";
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
export function sumInTwo(g: GraphBuilder, going: GoingRows, sum: ReduceNode): SumInTwo | undefined {
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
  const { grid } = going.rows;
  const element = inKernel(g, going, sum.arg);
  if (element === undefined) return undefined;
  const value = g.reduce("sum", element, inRow);
  const tensor = going.names.of(inner);
  const factors = [...grid, ...kept];
  const rest = g.reduce("sum", g.input(tensor, factors), inGrid);
  return value.kind === "reduce"
    ? { kind: "segment", sum, rest, made: { tensor, factors, value } }
    : undefined;
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
