/** Lowers kernels whose rows are whole: a workgroup computes and stores its rows from beginning to end. */

import { minus } from "../../graph/tensor/axes.ts";
import type { Address } from "../body/address.ts";
import { storeElements, storeOnce } from "../body/store.ts";
import type { Expr, Kernel } from "../ir/ir.ts";
import type { PlannedKernel, Structure } from "../schedule/plan.ts";
import { scanElements } from "../strategies/scan.ts";
import { takeTogether } from "../strategies/unroll-and-jam.ts";
import { lowerChunk } from "./lower-chunk.ts";
import { lowerLoop } from "./lower-loop.ts";
import { finishKernel, type Lowering, startLowering } from "./lowering.ts";
import { lowerRow, type OpenRow } from "./open-row.ts";

export function lowerWhole(
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
  structure: Structure,
): Kernel {
  const { grid, chunked } = planned;
  const { together } = structure;
  const lowering = startLowering(planned, addressOf, structure);
  const { pathOver } = lowering;
  const { nameOf } = lowering.context;
  if (chunked.length > 0) {
    const outer = minus(grid, chunked);
    const body = lowerChunk(outer, pathOver(chunked), together, nameOf, (open, turn) =>
      lowerRowWork(lowering, planned, open, turn),
    );
    // Sums of columns are written as sums over the rows taken together, even if that is one row.
    return finishKernel(planned, structure, takeTogether(body, together, nameOf));
  }
  const isUnrolled = planned.targets.some((one) => one.at !== undefined);
  const body = lowerRow(pathOver(grid), structure, nameOf, (open) =>
    lowerRowWork(lowering, planned, open, null),
  );
  return finishKernel(
    planned,
    structure,
    together === 1 ? body : takeTogether(body, together, nameOf, isUnrolled ? "row" : "each"),
  );
}

/** @param turn the number of the row in its chunk. Null without chunks. */
function lowerRowWork(lowering: Lowering, { row }: PlannedKernel, open: OpenRow, turn: Expr | null): void {
  const { context, pathOver } = lowering;
  for (const loop of row.loops) lowerLoop(lowering, open, loop, pathOver(loop.over));
  for (const { over, targets, columns, scans } of row.elements) {
    if (scans.length > 0) {
      scanElements(context, open.row, pathOver(over), open.active, targets, scans);
      continue;
    }
    const sums = turn === null || columns.length === 0 ? null : { columns, turn };
    storeElements(context, open.row, pathOver(over), open.active, targets, sums);
  }
  if (row.once.length > 0) storeOnce(context, open.row, open.active, row.once, null);
}
