/** Decides how each kernel goes over its rows: the second half of the plan, after `partition`. */
import type { Partition, Plan, PlannedKernel } from "../plan.ts";
import { rowWork } from "./row-work.ts";
import { canSplit, splitRow } from "./stages.ts";
import { vectorFactor, wholeStructures } from "./structures.ts";
import { unrollPicks } from "./unroll-picks.ts";

export function scheduleRows({ graph, kernels, scratch, g }: Partition): Plan {
  return {
    scratch,
    kernels: kernels.map((planned): PlannedKernel => {
      const kernel = unrollPicks(g, graph, planned);
      const row = rowWork(graph, kernel);
      const vector = vectorFactor(graph, kernel);
      const inChunks = kernel.columns.length > 0;
      return {
        ...kernel,
        row,
        structures: wholeStructures(kernel, row, vector),
        split: !inChunks && canSplit(graph, row) ? splitRow(g, row, kernel.grid, vector) : null,
      };
    }),
  };
}
