/** Lowers a planned kernel for processors: one task for each row, or for each chunk of rows. */
import { minus } from "../../graph/tensor/axes.ts";
import { chunkFactor } from "../../program/names.ts";
import type { Address } from "../body/address.ts";
import { lowerWhole } from "../lower/lower-whole.ts";
import type { PlannedKernel } from "../schedule/plan.ts";
import type { ProcessorKernel } from "./processor-kernel.ts";
import { singleLane } from "./single-lane.ts";

export function lowerRows(planned: PlannedKernel, addressOf: (tensor: string) => Address): ProcessorKernel {
  const { name, grid, chunked, structures } = planned;
  const { body, row } = lowerWhole(planned, addressOf, structures[0]);
  const factors = chunked.length === 0 ? grid : [...minus(grid, chunked), chunkFactor];
  const stage = { tasks: [{ factors, by: 1 }], body: singleLane(body) };
  return { name, grid, row, chunked, schedules: [{ kind: "whole", stages: [stage] }] };
}
