/** Kernels for processors: each stage is kernel IR that does one task, in one lane. */
import type { Stmt } from "../ir/ir.ts";

export interface ProcessorKernel {
  readonly name: string;
  readonly grid: readonly string[];
  readonly row: readonly string[];
  /** A task takes a chunk of the rows along these axes. Usually empty. */
  readonly chunked: readonly string[];
  /** The first serves every shape. */
  readonly schedules: readonly ProcessorSchedule[];
}

export type ProcessorSchedule =
  | { readonly kind: "whole"; readonly stages: readonly ProcessorStage[] }
  /** `slots`: how many numbers a part of a row hands on. */
  | { readonly kind: "parts"; readonly slots: number; readonly stages: readonly ProcessorStage[] };

export interface ProcessorStage {
  /** `group` counts the tasks: the product of these, the last one fastest. */
  readonly tasks: readonly Tasks[];
  /**
   * What one task does. It uses no builtin but `group` and no constants but extents and params, and none of what lanes
   * share or keep.
   */
  readonly body: readonly Stmt[];
}

/** The product of the extents of `factors`, divided by `by` and rounded up. */
export interface Tasks {
  readonly factors: readonly string[];
  readonly by: number;
}
