/**
 * Checks the stages of a split row: the parts share every loop over the row in one stage, and merge it in later stages.
 */
import { sameAxes } from "../../../graph/tensor/axes.ts";
import { fixedFactors, type Graph, type Node } from "../../../graph/tensor/graph.ts";
import { countNumbers, mergedTogether } from "../handed-on.ts";
import {
  foundBy,
  type HandedOn,
  type PlannedKernel,
  type RowLoop,
  type SplitRow,
  type Stage,
  type StageWork,
} from "../plan.ts";
import { verifyLoop } from "./verify-loops.ts";

type Fail = (rule: string) => void;

export function verifySplit(graph: Graph, { row, columns, split }: PlannedKernel, fail: Fail): void {
  if (split === null) return;
  if (columns.length > 0) fail("rows whose columns are added up are not split");
  if (row.elements.some(({ over }) => !sameAxes(over, row.main))) fail("a split row is stored in one way");
  verifySlots(split, fail);
  const fixed = fixedFactors(graph);
  const isOverRow = (loop: RowLoop): boolean => loop.kind === "segments" || sameAxes(loop.over, row.main);
  const handedOn: HandedOn[] = [];
  split.stages.forEach((stage, number) => {
    const isLast = number === split.stages.length - 1;
    verifyStage(stage, isLast, fail);
    if (isLast && stage.work.length < row.loops.length) fail("the last stage has found all that it stores");
    const known = new Set<Node>();
    stage.work.forEach((work, place) => {
      const loop = row.loops[place];
      if (loop === undefined || !isLoop(work, loop)) fail("a stage takes the loops of the row, in order");
      verifyLoop(work.loop, known, fail);
      for (const node of foundBy(work.loop)) known.add(node);
      const isShort = work.loop.over.every((one) => fixed.has(one));
      if (work.kind === "repeat" && (isOverRow(work.loop) || !isShort))
        fail("what each part repeats is short, and no loop over the row");
      if (work.kind === "merge") verifyMerge(work, handedOn, fail);
      if (
        work.kind === "part" &&
        work.loop.reductions.some((one) => handedOn.some(({ node }) => node === one))
      )
        fail("a loop is shared by the parts in one stage");
    });
    handedOn.push(...(stage.handsOn ?? []));
  });
  for (const loop of row.loops) {
    const isShared = split.stages.some(({ work }) =>
      work.some((one) => one.kind === "part" && isLoop(one, loop)),
    );
    if (isOverRow(loop) && !isShared) fail("every loop over the row is shared by the parts");
  }
}

/** Checks that the numbers of all stages have different slots, within `slots`. */
function verifySlots({ stages, slots }: SplitRow, fail: Fail): void {
  const taken = stages.flatMap((one) => one.handsOn ?? []).map((one) => one.slot);
  if (new Set(taken).size < taken.length) fail("what parts hand on has slots of its own");
  if (taken.some((slot) => slot < 0 || slot >= slots)) fail("a part has room for what it hands on");
}

function verifyStage({ work, handsOn }: Stage, isLast: boolean, fail: Fail): void {
  if ((handsOn === null) !== isLast) fail("the last stage stores, and each before it hands on");
  const shared = work.flatMap((one) => (one.kind === "part" ? one.loop.reductions : []));
  const numbers = (handsOn ?? []).map((one) => one.node);
  if (shared.some((one) => !numbers.includes(one)) || numbers.some((one) => !shared.includes(one)))
    fail("a stage hands on what its parts add up to");
}

/** Whether a stage's loop is a loop of the row. A part may compute more moments than the loop of the row has. */
function isLoop({ kind, loop: own }: StageWork, loop: RowLoop): boolean {
  if (kind !== "part") return own === loop;
  return (
    own.kind === loop.kind &&
    own.over === loop.over &&
    loop.reductions.every((one) => own.reductions.includes(one))
  );
}

function verifyMerge(
  { loop, handedOn }: Extract<StageWork, { readonly kind: "merge" }>,
  earlier: readonly HandedOn[],
  fail: Fail,
): void {
  const isThere = ({ node, slot }: HandedOn): boolean =>
    earlier.some((one) => one.node === node && one.slot === slot);
  if (!handedOn.every(isThere)) fail("what is merged was handed on by an earlier stage");
  for (const node of loop.reductions) {
    if (!handedOn.some((one) => one.node === node)) fail(`the ${node.op} that is merged was handed on`);
    if (node.op === "shift") continue;
    const [group] = mergedTogether(handedOn.map((one) => one.node)).filter((one) => one.includes(node));
    if (group !== undefined && group.length < countNumbers(group))
      fail(`a ${node.op} is merged of all numbers of its kind`);
  }
}
