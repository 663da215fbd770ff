/** Merges what the parts of a row hand on, always in the same order. */
import { isMoment, isScaledSum, type ReduceNode } from "../../graph/tensor/graph.ts";
import { bind, type Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { foldOf } from "../body/statistics/reduce.ts";
import type { ValueContext } from "../body/value-context.ts";
import { div, extentOf, float } from "../ir/expr.ts";
import { mergedTogether } from "../schedule/handed-on.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, loadSlot, type RowParts } from "./fold-parts.ts";
import { mergeMoments } from "./merge-moments.ts";
import { mergeScaledSum } from "./merge-scaled.ts";
import { mergeWeighted } from "./merge-weighted.ts";
import { partsUsed } from "./part-range.ts";
import type { SlotPlace } from "./partials.ts";

/**
 * Reads what all parts hand on for some reductions and merges it. Afterwards the reductions are values of the row's
 * frame.
 * @param path the loop over the whole row. @param handedOn the slots of these reductions.
 */
export function mergePartials(
  context: ValueContext,
  row: Frame,
  path: Path,
  reductions: readonly ReduceNode[],
  handedOn: readonly HandedOn[],
  slotAt: SlotPlace,
): void {
  const used = bind(row, "used", partsUsed(path), context.nameOf);
  const parts: RowParts = { context, row, path, used, slotAt };
  const count = float(extentOf(path.over));
  const plain = reductions.filter((one) => !isMoment(one.op) && !isScaledSum(one.op));
  const slots = new Map(handedOn.map(({ node, slot }) => [node, slot]));
  const merged = foldParts(
    parts,
    plain.map((node) => ({
      op: foldOf(node),
      value: (body, part) => loadSlot(parts, body, slots.get(node) as number, part),
    })),
  );
  plain.forEach((node, i) => {
    const value = node.op === "mean" ? bind(row, "mean", div(merged[i], count), context.nameOf) : merged[i];
    row.values.set(node, value);
  });
  const groups = mergedTogether(handedOn.map((one) => one.node));
  for (const group of groups) {
    const wanted = reductions.filter((one) => group.includes(one));
    const numbers = handedOn.filter(({ node }) => group.includes(node));
    if (group[0].weight !== undefined) mergeWeighted(parts, wanted, numbers);
    else if (isMoment(group[0].op)) mergeMoments(parts, wanted, numbers, count);
    else if (isScaledSum(group[0].op)) mergeScaledSum(parts, wanted, numbers);
  }
}
