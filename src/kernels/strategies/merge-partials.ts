/** Merges what the parts of a row hand on, always in the same order. */
import { isMoment, momentKey, type ReduceNode } from "../../graph/tensor/graph.ts";
import { bind, type Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { foldOf } from "../body/reduce.ts";
import type { ValueContext } from "../body/value.ts";
import { div, extentOf, float } from "../ir/expr.ts";
import type { HandedOn } from "../schedule/plan.ts";
import { foldParts, loadSlot, type RowParts } from "./fold-parts.ts";
import { mergeMoments } from "./merge-moments.ts";
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
  const plain = reductions.filter((one) => !isMoment(one.op));
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
  const moments = reductions.filter((one) => isMoment(one.op));
  for (const key of new Set(moments.map(momentKey))) {
    const wanted = moments.filter((one) => momentKey(one) === key);
    const numbers = handedOn.filter(({ node }) => isMoment(node.op) && momentKey(node) === key);
    if (wanted[0].weight === undefined) mergeMoments(parts, wanted, numbers, count);
    else mergeWeighted(parts, wanted, numbers);
  }
}
