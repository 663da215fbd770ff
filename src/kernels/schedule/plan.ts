/**
 * The plan: which kernels a graph becomes, what each stores, and how each goes over its rows. Everything that can be
 * decided before a kernel is written is decided here, as data: `normc explain` prints it, `verify/` checks it, and
 * lowering obeys.
 *
 * A kernel keeps the axes of its `grid`, one row for each coordinate, and runs over the other axes of what it reads
 * and writes. Within it reductions follow each other in order of dependency; each is known to the whole row when the
 * next begins. A value that one kernel computes a row and another needs elsewhere goes through a scratch tensor.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import type { Graph, Node, ReduceNode } from "../../graph/tensor/graph.ts";

export interface Plan {
  /** In the order in which they run. */
  readonly kernels: readonly PlannedKernel[];
  readonly scratch: readonly ScratchTensor[];
}

export interface ScratchTensor {
  readonly name: string;
  readonly factors: AxisSet;
}

/** What `partition` decides: which kernels there are, and what each stores. */
export interface Partition {
  /** The graph, with the values that long chains store between their sections among its tensors. */
  readonly graph: Graph;
  readonly kernels: readonly KernelResults[];
  readonly scratch: readonly ScratchTensor[];
  /** Made the nodes of the kernels; whoever needs one more has it made here, so that equal nodes stay one node. */
  readonly g: GraphBuilder;
}

/** A grid, and what one kernel stores for it. */
export interface KernelResults {
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

/** A tensor and the value to store into it, in which scratch tensors stand as inputs. */
export interface Target {
  readonly tensor: string;
  /** Its layout. */
  readonly factors: AxisSet;
  readonly value: Node;
}

/** The target lies over the axes of the grid and the outer ones of the row, in this order. */
export interface Segment extends Target {
  readonly value: ReduceNode;
}

export interface PlannedKernel extends KernelResults {
  readonly row: RowWork;
  /** Each becomes a shader. The first serves every shape. */
  readonly structures: readonly Structure[];
  /** How several workgroups share a row; null where they cannot. */
  readonly split: SplitRow | null;
}

/** What a kernel does with a row. */
export interface RowWork {
  /** In an order in which each finds what it needs. */
  readonly loops: readonly RowLoop[];
  /** The axes of the row that is stored; of a kernel that stores totals alone, those of its first loop. */
  readonly main: AxisSet;
  /** The loops that store, after the others: one for each order in which elements are gone over. */
  readonly elements: readonly ElementLoop[];
  /** Targets stored once a row. */
  readonly once: readonly Target[];
}

/** Reductions over the same axes, none of them needing another: they go through a row together. */
export type RowLoop = {
  /** Slowest first. */
  readonly over: AxisSet;
  readonly reductions: readonly ReduceNode[];
} & (
  | { readonly kind: "reductions" }
  /** Shifts for the terms of a sum: each is made of a few elements of the row, so that there is no loop at all. */
  | { readonly kind: "samples" }
  /**
   * Over the outer axes of the row. On its way the loop finds and stores sums over the inner axes, which its reductions
   * are made of.
   */
  | { readonly kind: "segments"; readonly inner: AxisSet; readonly segments: readonly Segment[] }
);

export interface ElementLoop {
  /** Slowest first. */
  readonly over: AxisSet;
  readonly targets: readonly Target[];
  /** What is added up over the rows on the way. */
  readonly columns: readonly Target[];
}

/** What of a kernel is decided in its text. All else (lanes, rows, how many parts) is a constant. */
export interface Structure {
  /** The factor along which values are four wide, if any: its extent must then be a multiple of four. */
  readonly vector: string | null;
  /** Rows that a lane takes through the loops together; their number must be a multiple of it. */
  readonly together: number;
  /** What each lane keeps of its share of the row, from the first loop that has it for the later ones. */
  readonly kept: readonly KeptValue[];
}

export interface KeptValue {
  readonly value: Node;
  readonly slot: number;
}

/**
 * A row that several workgroups share, because there are too few rows to keep the device busy. Each stage is a dispatch:
 * all but the last hand on what each part of the row adds up to, and the last one stores.
 */
export interface SplitRow {
  readonly stages: readonly Stage[];
  /** Numbers that a part has room for, over all stages. */
  readonly slots: number;
}

export interface Stage {
  /** In order. */
  readonly work: readonly StageWork[];
  /** What each part hands on to later stages; null in the last one, which stores what the kernel is for. */
  readonly handsOn: readonly HandedOn[] | null;
  /** Each becomes a shader. */
  readonly structures: readonly Structure[];
}

export type StageWork =
  /** Each part goes over its share of the row. */
  | { readonly kind: "part"; readonly loop: RowLoop }
  /** Each part merges what all parts of an earlier stage handed on. */
  | { readonly kind: "merge"; readonly loop: RowLoop; readonly handedOn: readonly HandedOn[] }
  /** Each part goes over all of it: it is short, and no part of the row. */
  | { readonly kind: "repeat"; readonly loop: RowLoop };

/** What a part of a row adds up to for a reduction, as the number in a slot. */
export interface HandedOn {
  readonly node: ReduceNode;
  readonly slot: number;
}

/** A kernel that only goes over what it stores. */
export function plainKernel(name: string, grid: AxisSet, targets: readonly Target[]): KernelResults {
  return { name, grid, targets, columns: [], chunked: [], segments: [] };
}

/** All values that a kernel stores. */
export function storedTargets({ targets, columns, segments }: KernelResults): readonly Target[] {
  return [...targets, ...columns, ...segments];
}

/** The reductions that are known once a loop is done. */
export function foundBy(loop: RowLoop): readonly ReduceNode[] {
  return loop.kind === "segments"
    ? [...loop.segments.map((one) => one.value), ...loop.reductions]
    : loop.reductions;
}
