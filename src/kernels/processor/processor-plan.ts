/**
 * The plan for processors: how the work of each kernel is cut into tasks. It takes the kernels, their loops and their
 * split rows from the plan for GPUs, and decides what GPUs decide by structures and variants.
 */
import { minus, sameAxes } from "../../graph/tensor/axes.ts";
import { type Graph, reachable } from "../../graph/tensor/graph.ts";
import {
  type Plan,
  type PlannedKernel,
  type RowWork,
  storedOver,
  storedTargets,
  type Target,
} from "../schedule/plan.ts";
import { vectorFactor } from "../schedule/row/structures.ts";

export interface ProcessorPlan {
  readonly kernels: readonly ProcessorWork[];
}

export interface ProcessorWork {
  readonly planned: PlannedKernel;
  readonly form: Form;
}

export type Form =
  /** A task is a row. */
  | { readonly kind: "rows" }
  /** A task is a block of neighbouring rows along the last axis of the grid, along which memory is contiguous. */
  | {
      readonly kind: "columns";
      readonly axis: string;
      /** How many vectors of neighbouring rows go through the loops together. */
      readonly together: number;
    }
  /**
   * A task is a chunk of the rows, one after the other, with the sums over them. `together` is 0 if the rows are not
   * neighbours in memory.
   */
  | { readonly kind: "chunks"; readonly together: number }
  /** Nothing is reduced: a task is a block of elements, whatever their axes. */
  | { readonly kind: "elements" };

/** Rows of a task: a line of the cache, in four vectors whose sums do not wait for each other. */
export const columnsOfTask = 16;

/** Elements of a task without reductions: 64 kB, so that a tensor of 1 MB has tasks for 16 threads. */
export const elementsOfTask = 16384;

export function planProcessor(graph: Graph, { kernels }: Plan): ProcessorPlan {
  return {
    kernels: kernels.map((kernel) => {
      const elements = asElements(kernel);
      if (elements !== undefined) return { planned: elements, form: { kind: "elements" } };
      return { planned: kernel, form: formOf(graph, kernel) };
    }),
  };
}

function formOf(graph: Graph, kernel: PlannedKernel): Form {
  const axis = kernel.grid.at(-1);
  const hasScans = kernel.row.elements.some((one) => one.scans.length > 0);
  const areNeighbours = axis !== undefined && !hasScans && vectorFactor(graph, kernel) === axis;
  const together = isLong(kernel) ? 1 : columnsOfTask / 4;
  if (kernel.chunked.length > 0) return { kind: "chunks", together: areNeighbours ? together : 0 };
  return areNeighbours ? { kind: "columns", axis, together } : { kind: "rows" };
}

/** Of a long kernel, four copies would make the module large. */
function isLong(kernel: PlannedKernel): boolean {
  const nodes = reachable(storedTargets(kernel).map((one) => one.value));
  return nodes.length > 80 || nodes.some((one) => one.kind === "window");
}

/** The kernel with all axes in one row, if it reduces nothing and stores everything over the same axes. */
function asElements(kernel: PlannedKernel): PlannedKernel | undefined {
  const { row, targets, segments, chunked } = kernel;
  if (row.loops.length > 0 || segments.length > 0 || chunked.length > 0) return undefined;
  if (row.elements.some((one) => one.scans.length > 0)) return undefined;
  const over = largest(targets);
  const others = targets.map((one) => storedOver(one, []));
  if (over.length === 0 || !others.every((one) => sameAxes(one, over))) return undefined;
  const work: RowWork = {
    loops: [],
    main: over,
    elements: [{ over, targets, columns: [], scans: [] }],
    once: [],
  };
  return { ...kernel, grid: minus(over, over), row: work, split: null };
}

function largest(targets: readonly Target[]): readonly string[] {
  const layouts = targets.map((one) => storedOver(one, []));
  return layouts.reduce((best, one) => (one.length > best.length ? one : best));
}
