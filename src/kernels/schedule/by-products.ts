/**
 * Finds sums that a kernel can add up on its way over the rows, for results that depend on them (`sum-in-two.ts`). In
 * this way the kernel that writes d_x also computes d_gamma and d_beta.
 */
import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Graph, type Node, tensorsIn } from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { outermostReductions, type Rows } from "./locality.ts";
import type { Segment, Target } from "./plan.ts";
import type { ScratchNames } from "./scratch-names.ts";
import { sumsOfSegments } from "./segment-sums.ts";
import { type GoingRows, type SumInTwo, sumsInTwo } from "./sum-in-two.ts";

export interface ByProducts {
  /** The targets that are computed after the kernel, from its sums. */
  readonly after: readonly Target[];
  /** What the kernel stores once for each row. `columns` is what it adds up over its rows. */
  readonly once: readonly Target[];
  readonly columns: readonly Target[];
  readonly chunked: AxisSet;
  readonly segments: readonly Segment[];
  /** The values that the kernel stores anyway, computed from the segments if possible. */
  readonly values: readonly Node[];
}

/** A kernel before by-products are added to it. */
export interface MainWork {
  readonly rows: Rows;
  readonly largest: Target;
  readonly stored: readonly Target[];
  /** The values of these, as the kernel computes them. */
  readonly values: readonly Node[];
  readonly names: ScratchNames;
}

/** @param rest the targets that the kernel does not store. Only outputs can be computed from by-products. */
export function byProducts(
  g: GraphBuilder,
  graph: Graph,
  rest: readonly Target[],
  { rows, largest, stored, values, names }: MainWork,
): ByProducts {
  const row = minus(largest.factors, rows.grid);
  const going: GoingRows = { rows, row, reads: tensorsIn(values), names };
  const isOutput = new Set(graph.tensors.filter((one) => one.role === "output").map((one) => one.name));
  const sums: SumInTwo[] = [];
  const after: Target[] = [];
  // A scan goes along a row element by element, and nothing is added up on that way.
  const candidates = rows.scan === null ? rest.filter((one) => isOutput.has(one.tensor)) : [];
  for (const target of candidates) {
    const own = allInTwo(g, going, target.value);
    if (own === undefined || !fitTogether([...sums, ...own])) continue;
    sums.push(...own);
    const restOf = new Map<Node, Node>(own.map((one) => [one.sum, one.rest]));
    after.push({ ...target, value: replace(g, target.value, restOf) });
  }

  const segments = distinct(sums.flatMap((one) => (one.kind === "segment" ? [one.made] : [])));
  const ofSegments = sumsOfSegments(
    g,
    values,
    segments.map((one) => one.value),
    row,
  );
  const madeOfSegments = (of: SumInTwo["kind"]): Target[] =>
    distinct(sums.flatMap((one) => (one.kind === of ? [one.made] : []))).map((one) => ({
      ...one,
      value: replace(g, one.value, ofSegments),
    }));
  return {
    after,
    // Another result may need the same sum from the kernel, which then stores it for both.
    once: madeOfSegments("row").filter((one) => !stored.some(({ tensor }) => tensor === one.tensor)),
    columns: madeOfSegments("column"),
    chunked: chunkAxes(sums)[0] ?? [],
    segments,
    values: values.map((one) => replace(g, one, ofSegments)),
  };
}

/** The sums that a value consists of, each split in two. Undefined if the value does not consist of such sums. */
function allInTwo(g: GraphBuilder, going: GoingRows, value: Node): SumInTwo[] | undefined {
  const found = outermostReductions(value).map((one) => sumsInTwo(g, going, one));
  const all = found.flatMap((one) => one ?? []);
  return all.length > 0 && !found.includes(undefined) ? all : undefined;
}

/** A kernel has the same chunk of rows for all its sums, and the same length for all segments. */
function fitTogether(sums: readonly SumInTwo[]): boolean {
  const lengths = sums.flatMap((one) => (one.kind === "segment" ? [one.made.value.over] : []));
  return areOne(chunkAxes(sums)) && areOne(lengths);
}

function chunkAxes(sums: readonly SumInTwo[]): AxisSet[] {
  return sums.flatMap((one) => (one.kind === "column" ? [one.chunk] : []));
}

function areOne(sets: readonly AxisSet[]): boolean {
  return sets.every((one) => sameAxes(one, sets[0]));
}

/** Removes duplicates: several results may depend on one sum. */
function distinct<T extends Target>(targets: readonly T[]): T[] {
  return [...new Map(targets.map((one) => [one.tensor, one])).values()];
}

function replace(g: GraphBuilder, value: Node, found: ReadonlyMap<Node, Node>): Node {
  if (found.size === 0) return value;
  return rebuildAll(g, [value], (node) => found.get(node)).get(value) as Node;
}
