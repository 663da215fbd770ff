/**
 * The numbers that a part of a row hands on for some reductions, in slots. The moments of one operand take a slot each
 * for shift, rest and spread, and one for the scale if there is one; with a weight they take four. A scaled sum has two, for itself and its scale. Any
 * other reduction takes one slot.
 */
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import {
  isMoment,
  isScaledSum,
  momentKey,
  plainMoments,
  type ReduceNode,
  type ReduceOperator,
  scaledMoments,
  weightedMoments,
} from "../../graph/tensor/graph.ts";
import type { HandedOn } from "./plan.ts";

export interface PartNumbers {
  readonly handsOn: readonly HandedOn[];
  /** The first free slot after them. */
  readonly end: number;
}

/** @param first the first free slot before them. */
export function handOn(g: GraphBuilder, reductions: readonly ReduceNode[], first: number): PartNumbers {
  const groups = mergedTogether(reductions);
  const slots = new Map<ReduceNode, number>();
  const added: ReduceNode[] = [];
  let end = first;
  for (const group of groups) {
    const numbers = numbersOf(group);
    for (const node of group) slots.set(node, end + numbers.indexOf(node.op));
    for (const node of missing(g, group, numbers)) {
      slots.set(node, end + numbers.indexOf(node.op));
      added.push(node);
    }
    end += numbers.length;
  }
  const handsOn = [...reductions, ...added].map((node) => ({ node, slot: slots.get(node) as number }));
  return { handsOn, end };
}

/** Reductions of one loop, in groups whose numbers are merged together, in order. */
export function mergedTogether(reductions: readonly ReduceNode[]): ReduceNode[][] {
  const groups = new Map<string, ReduceNode[]>();
  for (const node of reductions) {
    const kind = isMoment(node.op) ? "moments" : isScaledSum(node.op) ? "scaled" : `${node.id}`;
    const key = `${kind} of ${momentKey(node)}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()];
}

/** How many numbers a part hands on for a group. */
export function countNumbers(group: readonly ReduceNode[]): number {
  return numbersOf(group).length;
}

/** What a part hands on for a group, in the order of the slots. A shift alone has the slots of all moments. */
function numbersOf(group: readonly ReduceNode[]): readonly ReduceOperator[] {
  const [{ op, weight }] = group;
  if (isScaledSum(op)) return ["scaledSum", "sumScale"];
  if (!isMoment(op)) return [op];
  if (weight !== undefined) return weightedMoments;
  return group.some((one) => one.op === "scale" || one.op === "scaledSpread") ? scaledMoments : plainMoments;
}

/** The missing numbers: merging a variance needs the means of the parts, even if the kernel does not use the mean. */
function missing(
  g: GraphBuilder,
  group: readonly ReduceNode[],
  numbers: readonly ReduceOperator[],
): ReduceNode[] {
  if (group.every((one) => one.op === "shift")) return [];
  const [{ arg, over, weight }] = group;
  const floor = group.find((one) => one.floor !== undefined)?.floor;
  return numbers.flatMap((op) => {
    if (group.some((one) => one.op === op)) return [];
    const isScaled = op === "scale" || op === "scaledSpread" || isScaledSum(op);
    const made = g.reduce(op, arg, over, weight, isScaled ? floor : undefined);
    return made.kind === "reduce" ? [made] : [];
  });
}
