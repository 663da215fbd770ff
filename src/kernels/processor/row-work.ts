/** What a task does with a row, whole or a part of it: the same work as on a GPU, in nests of loops. */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Address } from "../body/address.ts";
import { countUses, createContext } from "../body/context.ts";
import { createFrame, type Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { storeTargets } from "../body/store-targets.ts";
import { binary, builtin, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import { lowerLoop } from "../lower/lower-loop.ts";
import type { Lowering } from "../lower/lowering.ts";
import { type PlannedKernel, type Stage, storedTargets } from "../schedule/plan.ts";
import { mergePartials } from "../strategies/merge-partials.ts";
import { partRange } from "../strategies/part-range.ts";
import { slotPlace, storePartials } from "../strategies/partials.ts";
import { scanElements } from "../strategies/scan.ts";
import { storeOverRow } from "./nests/store-nest.ts";
import { walkOfNests } from "./nests/walk-nest.ts";

/** Every task has a row. */
const active: Expr = { kind: "const", type: "bool", value: 1 };

export function startOnProcessor(planned: PlannedKernel, addressOf: (tensor: string) => Address): Lowering {
  const values = storedTargets(planned).map((one) => one.value);
  return {
    context: createContext(countUses(values), addressOf, { barriers: false, kept: [], walk: walkOfNests }),
    pathOver: wholePath,
  };
}

export function wholePath(over: AxisSet): Path {
  return { over, vector: null, range: { kind: "whole" } };
}

/** Writes the work of a whole row. */
export function writeRow(lowering: Lowering, { row: work }: PlannedKernel, row: Frame): void {
  const { context, pathOver } = lowering;
  for (const loop of work.loops) lowerLoop(lowering, { row, active }, loop, pathOver(loop.over));
  for (const { over, targets, columns, scans } of work.elements) {
    if (scans.length > 0) scanElements(context, row, pathOver(over), active, targets, scans);
    else storeOverRow(context, row, pathOver(over), targets, columns);
  }
  storeTargets(context, row, work.once);
}

/** Writes the work of a part of a row in a stage. */
export function writeStage(lowering: Lowering, planned: PlannedKernel, row: Frame, stage: Stage): void {
  const { context, pathOver } = lowering;
  const { grid } = planned;
  const partOf = (path: Path): Path => ({ ...path, range: partRange(row, path, context.nameOf) });
  for (const work of stage.work) {
    const path = pathOver(work.loop.over);
    switch (work.kind) {
      case "repeat":
        lowerLoop(lowering, { row, active }, work.loop, path);
        break;
      case "part":
        lowerLoop(lowering, { row, active }, work.loop, partOf(path));
        break;
      case "merge":
        mergePartials(context, row, path, work.loop.reductions, work.handedOn, slotPlace(row, grid));
        break;
    }
  }
  if (stage.handsOn !== null) {
    storePartials(row, grid, active, stage.handsOn);
    return;
  }
  const { elements, once } = planned.row;
  for (const { over, targets } of elements) {
    storeOverRow(context, row, partOf(pathOver(over)), targets, []);
  }
  if (once.length === 0) return;
  if (elements.length === 0) {
    storeTargets(context, row, once);
    return;
  }
  const branch = createFrame(row, null, { closed: true });
  storeTargets(context, branch, once);
  row.body.push({ kind: "if", condition: binary("eq", builtin("part"), u32(0)), body: branch.body });
}
