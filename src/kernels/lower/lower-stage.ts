/** Lowers a stage of a split row: one dispatch, in which this workgroup has a part of the row. */

import type { Address } from "../body/address.ts";
import type { Path } from "../body/loop.ts";
import { storeElements, storeOnce } from "../body/store.ts";
import { binary, builtin, u32 } from "../ir/expr.ts";
import type { Kernel } from "../ir/ir.ts";
import type { PlannedKernel, Stage, StageWork, Structure } from "../schedule/plan.ts";
import { mergePartials } from "../strategies/merge-partials.ts";
import { partRange } from "../strategies/part-range.ts";
import { slotPlace, storePartials } from "../strategies/partials.ts";
import { lowerLoop } from "./lower-loop.ts";
import { finishKernel, type Lowering, startLowering } from "./lowering.ts";
import { lowerRow, type OpenRow } from "./open-row.ts";

export function lowerStage(
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
  stage: Stage,
  structure: Structure,
): Kernel {
  const { grid } = planned;
  const lowering = startLowering(planned, addressOf, structure);
  const body = lowerRow(lowering.pathOver(grid), { together: 1 }, lowering.context.nameOf, (open) => {
    for (const work of stage.work) lowerWork(lowering, planned, open, work);
    if (stage.handsOn === null) storeResults(lowering, planned, open);
    else storePartials(open.row, grid, open.active, stage.handsOn);
  });
  return finishKernel(planned, structure, body);
}

function lowerWork(lowering: Lowering, { grid }: PlannedKernel, open: OpenRow, work: StageWork): void {
  const { context, pathOver } = lowering;
  const path = pathOver(work.loop.over);
  switch (work.kind) {
    case "repeat":
      lowerLoop(lowering, open, work.loop, path);
      return;
    case "part":
      lowerLoop(lowering, open, work.loop, partOf(lowering, open, path));
      return;
    case "merge": {
      const { loop, handedOn } = work;
      mergePartials(context, open.row, path, loop.reductions, handedOn, slotPlace(open.row, grid));
      return;
    }
  }
}

function storeResults(lowering: Lowering, { row }: PlannedKernel, open: OpenRow): void {
  const { context, pathOver } = lowering;
  for (const { over, targets } of row.elements) {
    const path = partOf(lowering, open, pathOver(over));
    storeElements(context, open.row, path, open.active, targets, null);
  }
  // If a row stores only totals, one workgroup stores them in the last stage.
  const only = row.elements.length > 0 ? binary("eq", builtin("part"), u32(0)) : null;
  if (row.once.length > 0) storeOnce(context, open.row, open.active, row.once, only);
}

function partOf({ context }: Lowering, { row }: OpenRow, path: Path): Path {
  return { ...path, range: partRange(row, path, context.nameOf) };
}
