/**
 * The plan: which kernels a graph becomes, and what each computes.
 *
 * A kernel keeps the axes of its `grid`, one row for each coordinate, and runs over the other axes of what it reads
 * and writes. Within it reductions follow each other in order of dependency; each is known to the whole row when the
 * next begins. A value that one kernel computes a row and another needs elsewhere goes through a scratch tensor.
 */
import type { AxisSet } from "../tensor/axes.ts";
import type { Node } from "../tensor/graph.ts";

export interface Plan {
  /** In the order in which they run. */
  readonly kernels: readonly PlannedKernel[];
  readonly scratch: readonly { readonly name: string; readonly factors: AxisSet }[];
}

export interface PlannedKernel {
  /** The tensor it is mainly for. */
  readonly name: string;
  /** Slowest first. */
  readonly grid: AxisSet;
  readonly targets: readonly Target[];
}

/** A tensor and the value to store into it, in which scratch tensors stand as inputs. */
export interface Target {
  readonly tensor: string;
  /** Its layout. */
  readonly factors: AxisSet;
  readonly value: Node;
}

export const scratchName = (value: Node): string => `scratch_${value.id}`;
