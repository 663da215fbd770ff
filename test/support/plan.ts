/** Plans for tests, made by the compiler's own passes. */
import { passGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { partition } from "../../src/kernels/schedule/partition.ts";
import type { Plan, PlannedKernel } from "../../src/kernels/schedule/plan.ts";
import { scheduleRows } from "../../src/kernels/schedule/row/schedule-rows.ts";
import { checkText, graphOf } from "./library.ts";

export interface Planned {
  /** The graph after all passes. */
  readonly graph: Graph;
  /** The same graph, with the values that a long chain stores among its tensors. */
  readonly withStored: Graph;
  readonly plan: Plan;
}

export function planOf(checked: Graph): Planned {
  const { graph } = passGraph(checked).at(-1)!;
  const { graph: withStored, ...parts } = partition(graph);
  return { graph, withStored, plan: scheduleRows({ graph: withStored, ...parts }) };
}

/** The kernels of a library norm. */
export function kernelsOf(norm: string, mode: "train" | "infer" | null = null): readonly PlannedKernel[] {
  return planOf(graphOf(norm, mode)).plan.kernels;
}

/** The kernels of its gradients. */
export function backwardKernelsOf(
  norm: string,
  mode: "train" | "infer" | null = null,
): readonly PlannedKernel[] {
  return planOf(differentiate(graphOf(norm, mode))).plan.kernels;
}

/** The kernels of a spec that a test contains. */
export function kernelsOfText(text: string): readonly PlannedKernel[] {
  return planOf(checkText({ path: "case.norm", text })[0]!.graphs[0]!).plan.kernels;
}
