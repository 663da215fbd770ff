/**
 * A program for processors: one norm in one mode as a WebAssembly module and a list of kernels. It is plain data, like
 * `program.ts`. Shapes stay open: extents and params are arguments of the functions.
 */
import type { ProgramInterface } from "./program.ts";

/** Its tensors include the memory between kernels: scratch, and `partialsTensor` where rows can be taken in parts. */
export interface WasmProgram extends ProgramInterface {
  /**
   * The module, two hexadecimal digits for each byte. Of base64 a page has a third less, and a tenth more when it is compressed:
   * there bytes begin where no character does. It imports one memory, `normc` `memory`, which may have any size, and exports the functions
   * that stages name. It has no data, tables, globals or start function, so several programs may share a memory.
   */
  readonly module: string;
  /**
   * The place in the module of the five bytes that say what memory it takes: `memoryOfOneThread` as compiled. With
   * `memoryOfThreads` in their place it takes a shared one.
   */
  readonly memoryLimits: number;
  /** In the order in which they run. */
  readonly kernels: readonly WasmKernel[];
  /**
   * Loads the schedules in parts, which few shapes need. Only generated modules have it; the compiler's own result holds all
   * schedules.
   */
  readonly lazy?: () => Promise<{ readonly lazy: readonly WasmParts[] }>;
}

/** The schedules in parts that a program does not hold, in a module of their own. */
export interface WasmParts extends Pick<WasmProgram, "module" | "memoryLimits"> {
  readonly schedules: readonly PartsSchedule[];
}

/** At least 0 pages, in four bytes, and no maximum. */
export const memoryOfOneThread = [0x00, 0x80, 0x80, 0x80, 0x00] as const;

/** Shared: at least 0 pages, at most 65536 (4 GiB), which the memory must have as its maximum, or less. */
export const memoryOfThreads = [0x03, 0x00, 0x80, 0x80, 0x04] as const;

export interface WasmKernel {
  readonly name: string;
  /** The factors that the kernel keeps: one row for each coordinate. */
  readonly grid: readonly string[];
  /** The factors that a row runs over; empty for an elementwise kernel. */
  readonly row: readonly string[];
  /**
   * A task takes a chunk of the rows along these factors, one row after the other. Usually empty. The extent of
   * `chunkFactor` is the number of chunks, which the runtime chooses from the extents.
   */
  readonly chunked: readonly string[];
  /** The ways to run it. The first serves every shape. */
  readonly schedules: readonly WasmSchedule[];
  /** The place of its schedule in parts among those that `lazy` of the program loads, if there is one. */
  readonly parts?: number;
}

/**
 * The runtime chooses one by the extents alone, never by the number of threads, so that the bits of a result do not
 * depend on it.
 */
export type WasmSchedule =
  /** One stage: a task has whole rows. */
  | { readonly kind: "whole"; readonly stages: readonly WasmStage[] }
  /**
   * A task has a part of a row. The extent of `partsFactor` is the number of parts, which the runtime chooses. A part
   * hands on `slots` numbers in `partialsTensor`, which holds slots · parts · rows numbers, rows being the product of
   * the extents of `grid`.
   */
  | PartsSchedule;

export interface PartsSchedule {
  readonly kind: "parts";
  readonly slots: number;
  readonly stages: readonly WasmStage[];
}

/** What runs between two waits of all threads. Its tasks run in any order, on any threads, with the same result. */
export interface WasmStage {
  /**
   * The name of an exported function (first: i32, end: i32, arguments: i32) -> (). It runs the tasks from `first` to
   * below `end`, numbers without a sign. `arguments` is the address of the arguments, a multiple of four.
   */
  readonly run: string;
  /** The number of tasks is the product of these. Without any it is 1. */
  readonly tasks: readonly WasmTasks[];
  /**
   * What lies at `arguments`, four bytes each. A stage whose result is empty has no tasks, but the addresses of empty
   * tensors that a task reads must be below the end of the memory.
   */
  readonly arguments: readonly WasmArgument[];
  /** The tensors that the stage reads, and those it writes. Scratch tensors are among them. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /**
   * For inputs: the outputs of the stage that may be written over each, since no task reads an element after a task may
   * have written it. Left out if there are none.
   */
  readonly places?: readonly { readonly input: string; readonly outputs: readonly string[] }[];
}

/** The product of the extents of `factors`, divided by `by` and rounded up. */
export interface WasmTasks {
  readonly factors: readonly string[];
  readonly by: number;
}

export type WasmArgument =
  /**
   * The address of the first byte of a tensor, a multiple of four. Elements lie without gaps: of an integer tensor as
   * its `dtype` (one byte, or four, little-endian), of all others as f32.
   */
  | { readonly kind: "tensor"; readonly tensor: string }
  /** A u32. `chunkFactor` and `partsFactor` are factors too. */
  | { readonly kind: "extent"; readonly factor: string }
  /** An f32. */
  | { readonly kind: "param"; readonly param: string };
