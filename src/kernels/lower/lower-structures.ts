/** Which texts a kernel has: one for each structure that can serve it. The runtime chooses among them. */

import { type AxisSet, sameAxes } from "../../graph/tensor/axes.ts";
import { fixedFactors, type Graph, reachable } from "../../graph/tensor/graph.ts";
import type { Address } from "../body/address.ts";
import type { Kernel, KernelForms, Structure } from "../ir/ir.ts";
import type { PlannedKernel } from "../schedule/plan.ts";
import { isSample, type RowWork, rowWork } from "../schedule/row-work.ts";
import { partialsOf, splitStages } from "../strategies/split.ts";
import { lowerKernel } from "./lower.ts";

/** Rows that a lane takes together. By hand-written kernels on SwiftShader: 28 ms alone, 23 for two, 19 for four. */
const together = 4;

const plain: Structure = { vector: null, together: 1, resident: false, stage: null };

export function lowerForms(
  graph: Graph,
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
): KernelForms {
  const work = rowWork(graph, planned);
  const vector = vectorFactor(graph, planned);
  const lower = (structures: readonly Structure[]): Kernel[] =>
    structures.flatMap((one) => lowerKernel(planned, work, addressOf, one) ?? []);
  const narrowAndWide = (base: Structure): Structure[] =>
    vector === null ? [base] : [base, { ...base, vector }];

  const along = vector !== null && work.main.at(-1) === vector;
  const whole = narrowAndWide(plain);
  if (vector !== null && isOneWalk(work) && (along || planned.grid.at(-1) === vector)) {
    whole.push({ ...plain, vector, resident: true });
  }
  const inChunks = planned.columns.length > 0;
  if (inChunks !== planned.chunked.length > 0)
    throw new Error(`${planned.name}: chunks are for sums of columns`);
  if (along && work.loops.length > 0) whole.push({ ...plain, vector, together });

  const stages = splitStages(work);
  const split =
    !inChunks && canSplit(graph, work)
      ? {
          slots: partialsOf(stages.flat()).slots,
          stages: [...stages.keys(), stages.length].map((stage) => lower(narrowAndWide({ ...plain, stage }))),
        }
      : null;
  return {
    whole: lower(whole).filter((one) => !one.structure.resident || one.held > 0),
    split,
    chunked: planned.chunked,
  };
}

/** Whether all loops over the row take its elements in one order: then a lane meets the same ones each time. */
function isOneWalk({ loops, elements, main }: RowWork): boolean {
  const orders = [...loops.map((one) => one.order), ...elements.map((one) => one.order)];
  return orders.filter((one) => sameAxes(one, main)).every((one) => one.join(" ") === main.join(" "));
}

/** Whether a row can be shared by workgroups: besides the loops over it only short ones, which each part repeats. */
function canSplit(graph: Graph, { loops, elements, main }: RowWork): boolean {
  const fixed = fixedFactors(graph);
  const isShort = (order: AxisSet): boolean => order.every((one) => fixed.has(one));
  return (
    loops.some(({ order }) => sameAxes(order, main) && !isShort(order)) &&
    loops.every(
      ({ loop, order }) =>
        sameAxes(order, main) || loop.segments.length > 0 || isShort(order) || isSample(loop),
    ) &&
    elements.every(({ order }) => sameAxes(order, main))
  );
}

/**
 * The factor along which a kernel can go four by four: the last one of what it mainly stores or reads, where memory is
 * contiguous. It can belong to the row (four elements of a row) or to the grid (four rows side by side).
 */
export function vectorFactor(graph: Graph, planned: PlannedKernel): string | null {
  const layouts = planned.targets.map((one) => one.factors);
  for (const node of reachable(planned.targets.map((one) => one.value))) {
    const tensor = node.kind === "input" ? graph.tensors.find((one) => one.name === node.tensor) : undefined;
    if (tensor !== undefined) layouts.push(tensor.factors);
  }
  const main = layouts.reduce((best, one) => (one.length > best.length ? one : best));
  const last = graph.axes.flatMap((axis) => axis.factors).find((one) => one.name === main.at(-1));
  return last === undefined || typeof last.extent === "number" ? null : last.name;
}
