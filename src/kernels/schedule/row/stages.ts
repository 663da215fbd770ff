/**
 * Plans the stages of a row that several workgroups share. Each set of reductions over the row has its own dispatch, in
 * which every part hands on its sums; the next dispatch merges the parts.
 *
 *     softmax:  part max, hand on  →  merge max, part sum, hand on  →  merge max, merge sum, store
 */
import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { fixedFactors } from "../../../graph/tensor/graph.ts";
import { handOn } from "../handed-on.ts";
import type { HandedOn, RowLoop, RowWork, SplitRow, Stage, StageWork } from "../plan.ts";
import { isOverRow } from "./row-work.ts";
import { stageStructures } from "./structures.ts";

/**
 * Whether workgroups can share a row: all loops must go over the row or be short, because each part repeats the short
 * ones.
 */
export function canSplit(graph: Graph, row: RowWork): boolean {
  const fixed = fixedFactors(graph);
  const isShort = ({ over }: RowLoop): boolean => over.every((one) => fixed.has(one));
  return (
    row.loops.some((loop) => sameAxes(loop.over, row.main) && !isShort(loop)) &&
    row.loops.every((loop) => isOverRow(loop, row) || isShort(loop) || loop.kind === "samples") &&
    row.elements.every(({ over, scans }) => sameAxes(over, row.main) && scans.length === 0)
  );
}

export function splitRow(g: GraphBuilder, row: RowWork, grid: AxisSet, vector: string | null): SplitRow {
  const shared = sharedLoops(row);
  const handedOn = new Map<RowLoop, readonly HandedOn[]>();
  let slots = 0;
  for (const loop of shared.flat()) {
    const { handsOn, end } = handOn(g, loop.reductions, slots);
    handedOn.set(loop, handsOn);
    slots = end;
  }
  const planned = [...shared, []].map((own, number) => {
    const earlier = new Set(shared.slice(0, number).flat());
    return {
      work: stageWork(row, own, earlier, handedOn),
      handsOn: number === shared.length ? null : own.flatMap((loop) => handedOn.get(loop) ?? []),
    };
  });
  const structures = stageStructures(
    grid,
    planned.map((one) => one.work),
    vector,
  );
  return { stages: planned.map((one): Stage => ({ ...one, structures })), slots };
}

/**
 * The loops that the parts of a row share, stage by stage. Samples of the terms of a sum need no separate stage: the
 * stage that needs them takes them and hands them on with its sums, so that all stages see the same bits.
 */
function sharedLoops(row: RowWork): RowLoop[][] {
  const stages: RowLoop[][] = [[]];
  for (const loop of row.loops) {
    if (!isOverRow(loop, row) && loop.kind !== "samples") continue;
    stages.at(-1)!.push(loop);
    if (loop.kind !== "samples") stages.push([]);
  }
  return stages.filter((one) => one.length > 0);
}

/** The loops of the row up to the last one that a stage owns. The stage that stores has all loops. */
function stageWork(
  row: RowWork,
  own: readonly RowLoop[],
  earlier: ReadonlySet<RowLoop>,
  handedOn: ReadonlyMap<RowLoop, readonly HandedOn[]>,
): StageWork[] {
  const last = own.at(-1);
  const loops = last === undefined ? row.loops : row.loops.slice(0, row.loops.indexOf(last) + 1);
  return loops.map((loop): StageWork => {
    const numbers = handedOn.get(loop);
    if (numbers === undefined) return { kind: "repeat", loop };
    if (earlier.has(loop)) return { kind: "merge", loop, handedOn: numbers };
    return { kind: "part", loop: { ...loop, reductions: numbers.map((one) => one.node) } };
  });
}
