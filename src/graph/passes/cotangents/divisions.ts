/** How a row over which values are standardized is divided by sums over some of its axes. */
import { type AxisSet, isSubset, sameAxes } from "../../tensor/axes.ts";
import { type Graph, type Node, type ReduceNode, reachable } from "../../tensor/graph.ts";
import { factorsOf, standardizedFactor } from "./standardized.ts";

/**
 * - whole: there are no such sums.
 * - segments: all such sums run over the same inner axes of the row.
 * - other: they run over other axes, or there are statistics over more axes.
 */
export type Division = {
  /** Whether values are standardized over the row. */
  readonly isStandardized: boolean;
} & ({ readonly kind: "whole" | "other" } | { readonly kind: "segments"; readonly inner: AxisSet });

export type DivisionOf = (over: AxisSet) => Division;

export function divisions(graph: Graph): DivisionOf {
  const reductions = reachable(graph.results.map((one) => one.value)).filter((one) => one.kind === "reduce");
  const sums = reductions.filter((one) => one.op === "sum");
  const rests = reductions.filter((one) => one.op === "rest");
  return (over) => {
    const isStandardized = rests.some((one) => sameAxes(over, one.over));
    if (rests.some((one) => !sameAxes(over, one.over) && isSubset(over, one.over)))
      return { kind: "other", isStandardized };
    const parts = sums
      .filter((one) => !isSubset(over, one.over))
      .map((one) => over.filter((axis) => one.over.includes(axis)))
      .filter((one) => one.length > 0);
    const [inner] = parts;
    if (inner === undefined) return { kind: "whole", isStandardized };
    const fits = parts.every((one) => sameAxes(one, inner)) && areInnermost(graph, inner, over);
    return { ...(fits ? { kind: "segments", inner } : { kind: "other" }), isStandardized };
  };
}

/** Whether, in each tensor over a row, the axes lie inside the other axes of the row. */
function areInnermost(graph: Graph, inner: AxisSet, over: AxisSet): boolean {
  const whole = graph.tensors.filter((one) => isSubset(over, one.factors));
  return whole.every(({ factors }) => {
    const own = factors.filter((one) => over.includes(one));
    return sameAxes(own.slice(own.length - inner.length), inner);
  });
}

/** Σ v·c over the segments of a row, where v is a tensor and c adds up to zero over the row. */
export interface SegmentedProduct {
  readonly over: AxisSet;
  readonly inner: AxisSet;
  readonly value: Node;
  readonly centred: Node;
  /** Factors that are the same along a segment. */
  readonly others: readonly Node[];
}

export interface SegmentedProducts {
  readonly product: (node: ReduceNode) => SegmentedProduct | undefined;
  /** A product of each tensor that has one. */
  readonly ofTensor: ReadonlyMap<string, SegmentedProduct>;
}

export function segmentedProducts(graph: Graph, divisionOf: DivisionOf): SegmentedProducts {
  const product = (node: ReduceNode): SegmentedProduct | undefined => segmentedProduct(node, divisionOf);
  const ofTensor = new Map<string, SegmentedProduct>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    const own = node.kind === "reduce" ? product(node) : undefined;
    if (own?.value.kind === "input") ofTensor.set(own.value.tensor, own);
  }
  return { product, ofTensor };
}

function segmentedProduct(
  { op, arg, over }: ReduceNode,
  divisionOf: DivisionOf,
): SegmentedProduct | undefined {
  const factors = factorsOf(arg);
  const centred = standardizedFactor(factors);
  if (op !== "sum" || centred === undefined) return undefined;
  const division = divisionOf(centred.over);
  // If values are standardized over the axes of the sum too, a kernel goes over these, and finds the sum on its way.
  if (division.kind !== "segments" || divisionOf(over).isStandardized) return undefined;
  const { inner } = division;
  const own = centred.over.filter((axis) => over.includes(axis));
  if (!sameAxes(own, inner)) return undefined;
  const others = factors.filter((one) => one !== centred.value);
  const varying = others.filter((one) => one.axes.some((axis) => inner.includes(axis)));
  const [value] = varying;
  if (varying.length !== 1 || value.kind !== "input" || !isSubset(centred.over, value.axes)) return undefined;
  return {
    over: centred.over,
    inner,
    value,
    centred: centred.value,
    others: others.filter((one) => one !== value),
  };
}
