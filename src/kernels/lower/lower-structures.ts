/**
 * Lowers a planned kernel to kernel IR: one kernel for each structure, and one for each structure of each stage if rows
 * are split.
 */

import type { Address } from "../body/address.ts";
import type { LoweredKernel } from "../ir/ir.ts";
import type { PlannedKernel } from "../schedule/plan.ts";
import { lowerStage } from "./lower-stage.ts";
import { lowerWhole } from "./lower-whole.ts";

export function lowerStructures(
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
): LoweredKernel {
  const { structures, split, chunked } = planned;
  return {
    whole: structures.map((one) => lowerWhole(planned, addressOf, one)),
    split: split && {
      slots: split.slots,
      stages: split.stages.map((stage) =>
        stage.structures.map((one) => lowerStage(planned, addressOf, stage, one)),
      ),
    },
    chunked,
  };
}
