/**
 * Sums that a kernel can add up on its way over the rows, for results that are made of them (`sum-in-two.ts`). This is how
 * d_gamma and d_beta come out of the kernel that writes d_x.
 */
import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Graph, type Node, tensorsIn } from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { outermostReductions, type Rows } from "./locality.ts";
import type { Segment, Target } from "./plan.ts";
import type { ScratchNames } from "./scratch-names.ts";
import { sumsOfSegments } from "./segment-sums.ts";
import { type GoingRows, type SumInTwo, sumInTwo } from "./sum-in-two.ts";

export interface ByProducts {
  /** The targets that are computed after the kernel, of what it adds up. */
  readonly after: readonly Target[];
  /** What the kernel stores once a row, and adds up over its rows. */
  readonly once: readonly Target[];
  readonly columns: readonly Target[];
  readonly chunked: AxisSet;
  readonly segments: readonly Segment[];
  /** The values that the kernel stores anyway, made of the segments where they can be. */
  readonly values: readonly Node[];
}

/** A kernel before it has by-products. */
export interface MainWork {
  readonly rows: Rows;
  readonly largest: Target;
  readonly stored: readonly Target[];
  /** The values of these, as the kernel computes them. */
  readonly values: readonly Node[];
  readonly names: ScratchNames;
}

/** @param rest the targets that the kernel does not store. Only outputs can be made of by-products. */
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
  for (const target of rest.filter((one) => isOutput.has(one.tensor))) {
    const own = sumsInTwo(g, going, target.value);
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
    // Another result may ask the kernel for the same sum, which is then stored for both.
    once: madeOfSegments("row").filter((one) => !stored.some(({ tensor }) => tensor === one.tensor)),
    columns: madeOfSegments("column"),
    chunked: chunkAxes(sums)[0] ?? [],
    segments,
    values: values.map((one) => replace(g, one, ofSegments)),
  };
}

/** The sums that a value is made of, each in two; undefined where that is not what it is made of. */
function sumsInTwo(g: GraphBuilder, going: GoingRows, value: Node): SumInTwo[] | undefined {
  const reductions = outermostReductions(value);
  const found = reductions.flatMap((one) => sumInTwo(g, going, one) ?? []);
  return found.length > 0 && found.length === reductions.length ? found : undefined;
}

/** A kernel has one chunk of rows for all of its sums, and one length for all segments. */
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

/** Several results may be made of one sum. */
function distinct<T extends Target>(targets: readonly T[]): T[] {
  return [...new Map(targets.map((one) => [one.tensor, one])).values()];
}

function replace(g: GraphBuilder, value: Node, found: ReadonlyMap<Node, Node>): Node {
  if (found.size === 0) return value;
  return rebuildAll(g, [value], (node) => found.get(node)).get(value) as Node;
}
