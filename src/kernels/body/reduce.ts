/** Lowers the reductions of a row, loop by loop. */
import { isMoment, momentKey, type ReduceNode } from "../../graph/tensor/graph.ts";
import { div, local } from "../ir/expr.ts";
import type { FoldOp } from "../ir/ir.ts";
import { bind, type Frame } from "./frame.ts";
import { countOf, type Path, sumLoop } from "./loop.ts";
import { foldTotals, lowerMoments, type MomentGroup } from "./moments.ts";
import { shareTotals } from "./reduce-across-lanes.ts";
import { sample } from "./sample.ts";
import { lowerValue, type ValueContext } from "./value.ts";

/** Writes a loop for some reductions into the row's frame. From then on they are values of that frame. */
export function lowerReductions(
  context: ValueContext,
  row: Frame,
  reductions: readonly ReduceNode[],
  path: Path,
): void {
  const groups = new Map<string, ReduceNode[]>();
  for (const node of reductions) {
    if (isMoment(node.op)) groups.set(momentKey(node), [...(groups.get(momentKey(node)) ?? []), node]);
  }
  const moments: MomentGroup[] = [];
  for (const nodes of groups.values()) {
    const [{ arg, weight }] = nodes;
    // The terms of a sum need only the shift, which is a sample and takes no loop.
    if (nodes.every((one) => one.op === "shift")) {
      row.values.set(
        nodes[0],
        bind(row, "shift", sample(context, row, path, { arg, weight }), context.nameOf),
      );
    } else moments.push({ arg, weight, nodes });
  }
  if (moments.length > 0) lowerMoments(context, row, path, moments);
  const plain = reductions.filter((one) => !isMoment(one.op));
  if (plain.length > 0) lowerPlain(context, row, path, plain);
}

function lowerPlain(context: ValueContext, row: Frame, path: Path, nodes: readonly ReduceNode[]): void {
  const { nameOf } = context;
  const terms = nodes.map((node) => ({
    name: nameOf(node.op),
    op: foldOf(node),
    value: (frame: Frame) => lowerValue(context, frame, node.arg),
  }));
  const totals = foldTotals(row, path, sumLoop(row, path, undefined, terms, nameOf), nameOf);
  shareTotals(row.body, totals, context);
  nodes.forEach((node, i) => {
    const total = local(totals[i].type, totals[i].name);
    // A part hands on a sum. The merge divides by the length of the row.
    const value = node.op === "mean" && path.range.kind !== "part" ? div(total, countOf(path)) : total;
    row.values.set(node, bind(row, `${node.op}_all`, value, nameOf));
  });
}

/** How two shares of a reduction are combined. */
export function foldOf(node: ReduceNode): FoldOp {
  switch (node.op) {
    case "sum":
    case "mean":
      return "add";
    case "max":
    case "min":
      return node.op;
    case "var":
    case "shift":
    case "rest":
    case "spread":
    case "excess":
    case "squares":
    case "total":
      throw new Error(`the reduction ${node.op} is no plain sum`);
  }
}
