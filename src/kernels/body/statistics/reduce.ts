/** Lowers the reductions of a row, loop by loop. */
import { isMoment, isScaledSum, momentKey, type Node, type ReduceNode } from "../../../graph/tensor/graph.ts";
import { div, local } from "../../ir/expr.ts";
import type { Expr, FoldOp } from "../../ir/ir.ts";
import { mergedTogether } from "../../schedule/handed-on.ts";
import { bind, type Frame } from "../frame.ts";
import { countOf, type Path } from "../loop.ts";
import { lowerValue } from "../value.ts";
import type { ValueContext } from "../value-context.ts";
import { lowerMoments, type MomentGroup } from "./moments.ts";
import { rescaleSums } from "./rescale-sums.ts";
import { sample } from "./sample.ts";

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
  const sums = reductions.filter((one) => !isMoment(one.op));
  if (sums.length > 0) lowerSums(context, row, path, sums);
}

/** Plain sums, and the first look at scaled ones. */
function lowerSums(context: ValueContext, row: Frame, path: Path, nodes: readonly ReduceNode[]): void {
  const { nameOf } = context;
  const groups = mergedTogether(nodes);
  const terms = groups.map(([node]) => ({
    name: nameOf(isScaledSum(node.op) ? "sum" : node.op),
    op: foldOf(node),
    of: [node.arg],
    value: (frame: Frame) => lowerValue(context, frame, node.arg),
  }));
  const totals = context.walk.sum(context, row, path, undefined, terms);
  const squares: { nodes: readonly ReduceNode[]; total: Expr }[] = [];
  groups.forEach((group, i) => {
    const [node] = group;
    const total = local(totals[i].type, totals[i].name);
    if (isScaledSum(node.op)) squares.push({ nodes: group, total });
    else {
      // A part hands on a sum. The merge divides by the length of the row.
      const value = node.op === "mean" && path.range.kind !== "part" ? div(total, countOf(path)) : total;
      row.values.set(node, bind(row, `${node.op}_all`, value, nameOf));
    }
  });
  if (squares.length > 0) rescaleSums(context, row, path, squares);
}

/** Whether a value is made by `abs`, and so has no sign. */
function isMagnitude(node: Node): boolean {
  if (node.kind !== "map") return false;
  return node.op === "abs" || (node.op === "max" && node.args.every(isMagnitude));
}

/** How two shares of a reduction are combined. */
export function foldOf(node: ReduceNode): FoldOp {
  switch (node.op) {
    case "sum":
    case "mean":
    case "scaledSum":
    case "sumScale":
      return "add";
    case "max":
      return isMagnitude(node.arg) ? "peak" : "max";
    case "min":
      return "min";
    case "var":
    case "shift":
    case "rest":
    case "spread":
    case "scaledSpread":
    case "scale":
    case "excess":
    case "squares":
    case "total":
      throw new Error(`the reduction ${node.op} is no plain sum`);
  }
}
