/**
 * The plan: which kernels a graph becomes, what each kernel stores, and how it goes over its rows. It holds, as data,
 * every decision that can be made before a kernel is lowered: `normc explain` prints it, `verify/` checks it, and
 * lowering follows it.
 *
 * A kernel keeps the axes of its `grid`, one row for each coordinate, and runs over the other axes of what it reads and
 * writes. Within a kernel, reductions run in order of dependency; the whole row knows each result before the next
 * reduction begins. A value that one kernel computes for each row and another kernel needs goes through a scratch
 * tensor.
 */
import { type AxisSet, minus } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import type { Graph, Node, Place, ReduceNode, WindowNode } from "../../graph/tensor/graph.ts";

export interface Plan {
  /** In the order in which they run. */
  readonly kernels: readonly PlannedKernel[];
  readonly scratch: readonly ScratchTensor[];
}

export interface ScratchTensor {
  readonly name: string;
  readonly factors: AxisSet;
}

/** The result of `partition`: the kernels, and what each one stores. */
export interface Partition {
  /** The graph. Its tensors include the values that long chains store between their sections. */
  readonly graph: Graph;
  readonly kernels: readonly KernelResults[];
  readonly scratch: readonly ScratchTensor[];
  /**
   * The builder that created the nodes of the kernels. It must also create any new node, so that equal nodes stay one
   * node.
   */
  readonly g: GraphBuilder;
}

/** A grid, and what one kernel stores for it. */
export interface KernelResults {
  /** The tensor that the kernel mainly computes. */
  readonly name: string;
  /** Slowest first. */
  readonly grid: AxisSet;
  readonly targets: readonly Target[];
  /**
   * Sums over rows, one for each element of a row. A workgroup takes a chunk of the rows, one after the other, and
   * stores their sum; a later kernel adds up the chunks.
   */
  readonly columns: readonly Target[];
  /** The inner axes of the grid, over which the columns are summed. Chunks lie along them. */
  readonly chunked: AxisSet;
  /**
   * Sums over the inner axes of the row, one for each coordinate of the outer axes. The value of each is the reduction.
   */
  readonly segments: readonly Segment[];
}

/** A tensor and the value to store in it. In the value, scratch tensors are inputs. */
export interface Target {
  readonly tensor: string;
  /** Its layout. */
  readonly factors: AxisSet;
  readonly value: Node;
  /** The coordinates along some axes, if the value is only for those. Each is a literal. */
  readonly at?: readonly Place[];
}

/** A key that is the same for equal places of a tensor. */
export function storedPlace({ tensor, at = [] }: Target): string {
  return `${tensor}${at.map(({ axis, index }) => ` ${axis}=${index.id}`).join("")}`;
}

/** The axes of the row that a target is stored over, slowest first. */
export function storedOver({ factors, at = [] }: Target, grid: AxisSet): AxisSet {
  return minus(
    minus(factors, grid),
    at.map((one) => one.axis),
  );
}

/** The target's axes are those of the grid, then the outer ones of the row. */
export interface Segment extends Target {
  readonly value: ReduceNode;
}

export interface PlannedKernel extends KernelResults {
  readonly row: RowWork;
  /** Each becomes a shader. The first serves every shape. */
  readonly structures: readonly Structure[];
  /** How several workgroups share a row. Null if they cannot. */
  readonly split: SplitRow | null;
}

/** What a kernel does with a row. */
export interface RowWork {
  /** Ordered so that each one needs only results of earlier ones. */
  readonly loops: readonly RowLoop[];
  /** The axes of the row that is stored. If the kernel stores only totals, the axes of its first loop. */
  readonly main: AxisSet;
  /** The loops that store, which run after the others: one for each order of elements. */
  readonly elements: readonly ElementLoop[];
  /** Targets stored once for each row. */
  readonly once: readonly Target[];
}

/** Reductions over the same axes that do not need each other. They go through a row together. */
export type RowLoop = {
  /** Slowest first. */
  readonly over: AxisSet;
  readonly reductions: readonly ReduceNode[];
} & (
  | { readonly kind: "reductions" }
  /** Shifts for the terms of a sum. Each is computed from a few elements of the row, without a loop. */
  | { readonly kind: "samples" }
  /**
   * A loop over the outer axes of the row. On the way it computes and stores sums over the inner axes, from which its
   * reductions are computed.
   */
  | { readonly kind: "segments"; readonly inner: AxisSet; readonly segments: readonly Segment[] }
);

export interface ElementLoop {
  /** Slowest first. */
  readonly over: AxisSet;
  readonly targets: readonly Target[];
  /** Sums over the rows that the loop adds to on the way. */
  readonly columns: readonly Target[];
  /** Windows from an end of the row to each element, which the loop finds on the way. Operands first. */
  readonly scans: readonly WindowNode[];
}

/** The decisions that a kernel's shader fixes. All others (lanes, rows, parts) are constants. */
export interface Structure {
  /** The factor along which values are four wide, whose extent must be a multiple of four. Null if none. */
  readonly vector: string | null;
  /** How many rows a lane takes through the loops together. The number of rows must be a multiple of it. */
  readonly together: number;
  /**
   * The factor of the grid along which the rows lie that a lane takes together, where it matters: they then share what is
   * read along the other factors. Its extent must be a multiple of `together`.
   */
  readonly along?: string;
  /**
   * The values that each lane keeps of its share of the row. The first loop that computes a value keeps it for later
   * loops.
   */
  readonly kept: readonly KeptValue[];
}

export interface KeptValue {
  readonly value: Node;
  readonly slot: number;
}

/**
 * A row that several workgroups share, because there are too few rows to keep the device busy. Each stage is a
 * dispatch. All stages but the last hand on the sums of each part of the row, and the last one stores.
 */
export interface SplitRow {
  readonly stages: readonly Stage[];
  /** How many numbers a part hands on over all stages. */
  readonly slots: number;
}

export interface Stage {
  /** The loops and merges of the stage, in order. */
  readonly work: readonly StageWork[];
  /** What each part hands on to later stages. Null in the last stage, which stores the kernel's results. */
  readonly handsOn: readonly HandedOn[] | null;
  /** Each becomes a shader. */
  readonly structures: readonly Structure[];
}

export type StageWork =
  /** Each part goes over its share of the row. */
  | { readonly kind: "part"; readonly loop: RowLoop }
  /** Each part merges what all parts of an earlier stage handed on. */
  | { readonly kind: "merge"; readonly loop: RowLoop; readonly handedOn: readonly HandedOn[] }
  /** Each part runs the whole loop, which is short and does not go over the row. */
  | { readonly kind: "repeat"; readonly loop: RowLoop };

/** The slot in which a part of a row hands on a reduction. */
export interface HandedOn {
  readonly node: ReduceNode;
  readonly slot: number;
}

/** A kernel that stores only its targets, without columns or segments. */
export function plainKernel(name: string, grid: AxisSet, targets: readonly Target[]): KernelResults {
  return { name, grid, targets, columns: [], chunked: [], segments: [] };
}

/** All values that a kernel stores. */
export function storedTargets({ targets, columns, segments }: KernelResults): readonly Target[] {
  return [...targets, ...columns, ...segments];
}

/** The reductions that are known after a loop. */
export function foundBy(loop: RowLoop): readonly ReduceNode[] {
  return loop.kind === "segments"
    ? [...loop.segments.map((one) => one.value), ...loop.reductions]
    : loop.reductions;
}
