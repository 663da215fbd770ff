/** A plan as text: each kernel with its grid and what it stores. */

import type { Plan } from "../../src/kernels/schedule/plan.ts";

export function printPlan(plan: Plan): string {
  return plan.kernels
    .map((kernel) => {
      const { loops } = kernel.row;
      return [
        `kernel for ${kernel.name}: a row for each ${kernel.grid.join(", ") || "(nothing)"}`,
        ...loops.map(
          (loop) => `  over ${loop.over.join(", ")}: ${loop.reductions.map((one) => one.op).join(", ")}`,
        ),
        ...kernel.segments.map((one) => `  segments ${one.tensor}[${one.factors.join(", ")}]`),
        ...kernel.columns.map((one) => `  add up ${one.tensor}[${one.factors.join(", ")}]`),
        ...kernel.targets.map((one) => `  store ${one.tensor}[${one.factors.join(", ")}]`),
      ].join("\n");
    })
    .concat("")
    .join("\n");
}
