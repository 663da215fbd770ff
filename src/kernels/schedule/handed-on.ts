/**
 * The numbers that a part of a row hands on for some reductions, in slots. The moments of one operand take three slots,
 * for shift, rest and spread, or with a weight four. Any other reduction takes one slot.
 */
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { isMoment, momentKey, momentsOf, type ReduceNode } from "../../graph/tensor/graph.ts";
import type { HandedOn } from "./plan.ts";

export interface PartNumbers {
  readonly handsOn: readonly HandedOn[];
  /** The first free slot after them. */
  readonly end: number;
}

/** @param first the first free slot before them. */
export function handOn(g: GraphBuilder, reductions: readonly ReduceNode[], first: number): PartNumbers {
  const places = new Map<string, number>();
  let end = first;
  for (const node of reductions) {
    if (places.has(groupOf(node))) continue;
    places.set(groupOf(node), end);
    end += isMoment(node.op) ? momentsOf(node).length : 1;
  }
  const handsOn = withAllMoments(g, reductions).map((node): HandedOn => {
    const place = places.get(groupOf(node)) as number;
    return { node, slot: isMoment(node.op) ? place + momentsOf(node).indexOf(node.op) : place };
  });
  return { handsOn, end };
}

/** Adds missing moments: merging a variance needs the means of the parts, even if the kernel does not use the mean. */
function withAllMoments(g: GraphBuilder, reductions: readonly ReduceNode[]): ReduceNode[] {
  const all = [...reductions];
  for (const node of reductions) {
    if (!isMoment(node.op) || node.op === "shift") continue;
    for (const other of momentsOf(node)) {
      if (all.some((one) => one.op === other && groupOf(one) === groupOf(node))) continue;
      const made = g.reduce(other, node.arg, node.over, node.weight);
      if (made.kind === "reduce") all.push(made);
    }
  }
  return all;
}

/** A key that is the same for reductions whose numbers are merged together. */
function groupOf(node: ReduceNode): string {
  return isMoment(node.op) ? `moments of ${momentKey(node)}` : `reduction ${node.id}`;
}
