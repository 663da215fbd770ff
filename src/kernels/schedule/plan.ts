/**
 * The plan: which kernels a graph becomes, and what each computes.
 *
 * A kernel keeps the axes of its `grid`, one row for each coordinate, and runs over the other axes of what it reads
 * and writes. Within it reductions follow each other in order of dependency; each is known to the whole row when the
 * next begins. A value that one kernel computes a row and another needs elsewhere goes through a scratch tensor.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Graph, Node, ReduceNode } from "../../graph/tensor/graph.ts";

export interface Plan {
  /** What is planned; far values are tensors of it besides (see `far-values.ts`). */
  readonly graph: Graph;
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
  /**
   * Sums over rows, one for each element of a row: a workgroup takes a chunk of the rows, one after the other, and
   * stores what they add up to; a later kernel adds up the chunks.
   */
  readonly columns: readonly Target[];
  /** The axes of the grid that these are summed over, its inner ones: chunks are of them. */
  readonly chunked: AxisSet;
  /** Sums over the inner axes of the row, one for each coordinate of the outer ones: the value is the reduction. */
  readonly segments: readonly Segment[];
}

/** The target lies over the axes of the grid and the outer ones of the row, in this order. */
export interface Segment extends Target {
  readonly value: ReduceNode;
}

/** A kernel that only goes over what it stores. */
export function plainKernel(name: string, grid: AxisSet, targets: readonly Target[]): PlannedKernel {
  return { name, grid, targets, columns: [], chunked: [], segments: [] };
}

/** All values that a kernel stores. */
export function storedTargets({ targets, columns, segments }: PlannedKernel): readonly Target[] {
  return [...targets, ...columns, ...segments];
}

/** The axis along which the sums of chunks lie. Its extent is the variant's choice; no axis of a spec has this name. */
export const chunkAxis = "(chunk)";

/** A tensor and the value to store into it, in which scratch tensors stand as inputs. */
export interface Target {
  readonly tensor: string;
  /** Its layout. */
  readonly factors: AxisSet;
  readonly value: Node;
}

export const scratchName = (value: Node): string => `scratch_${value.id}`;
