/**
 * The kernel IR: what one invocation of a kernel does, for any target. Expressions are pure. Everything that reads or
 * writes memory or waits is a statement. Values have a type, and there are no implicit conversions.
 */
import type { NativeOperator } from "../../graph/operators/operators.ts";
import type { Structure } from "../schedule/plan.ts";

/** `f32x4` is four neighbours along the vector axis, `boolx4` the result of comparing them. */
export type Type = "f32" | "f32x4" | "u32" | "bool" | "boolx4";

export type Expr =
  | { readonly kind: "const"; readonly type: "f32" | "u32" | "bool"; readonly value: number }
  /** A number known when the pipeline is created: an extent (u32), a param (f32), lanes or rows (u32). */
  | { readonly kind: "constant"; readonly type: "f32" | "u32"; readonly constant: Constant }
  | { readonly kind: "builtin"; readonly type: "u32"; readonly name: Builtin }
  | { readonly kind: "local"; readonly type: Type; readonly name: string }
  | {
      readonly kind: "binary";
      readonly type: Type;
      readonly op: BinaryOp;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** An elementwise operator on f32 that is not a `binary`. */
  | { readonly kind: "call"; readonly type: "f32" | "f32x4"; readonly op: UnaryOp; readonly a: Expr }
  | {
      readonly kind: "select";
      readonly type: Type;
      /** Whether `b` is 0, so that a mask of bits can select. Devices that select with a mask anyway then need no second one. */
      readonly orZero?: true;
      readonly condition: Expr;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** Converts u32 to f32. */
  | { readonly kind: "float"; readonly type: "f32"; readonly a: Expr }
  /** Converts an f32 that is a whole number from 0 to u32. */
  | { readonly kind: "whole"; readonly type: "u32"; readonly a: Expr }
  /** Four values side by side. */
  | { readonly kind: "join"; readonly type: "f32x4"; readonly parts: readonly Expr[] }
  /** Four copies of a value. */
  | { readonly kind: "splat"; readonly type: "f32x4"; readonly a: Expr }
  /** 0, 1, 2, 3: the distance of the four neighbours from the first. */
  | { readonly kind: "ramp"; readonly type: "f32x4" }
  /** The four components folded into one: their sum, maximum or minimum. */
  | { readonly kind: "fold"; readonly type: "f32"; readonly op: FoldOp; readonly a: Expr }
  /** The first component, the first two folded, the first three, all four; or the last ones, if it begins at the end. */
  | {
      readonly kind: "running";
      readonly type: "f32x4";
      readonly op: FoldOp;
      readonly reverse: boolean;
      readonly a: Expr;
    }
  /**
   * The sum over the rows that a lane takes together. `unroll-and-jam.ts` expands it, so no finished kernel contains
   * it.
   */
  | { readonly kind: "overCopies"; readonly type: "f32" | "f32x4"; readonly a: Expr }
  /** Whether any of four conditions is true. */
  | { readonly kind: "any"; readonly type: "bool"; readonly a: Expr };

export type Constant =
  | { readonly kind: "extent"; readonly factor: string }
  | { readonly kind: "param"; readonly param: string }
  /** Invocations that share a row, a power of two. */
  | { readonly kind: "lanes" }
  /** How many rows a workgroup has. */
  | { readonly kind: "rows" }
  /** How many lanes of a row exchange values without workgroup memory: a power of two, or 1 if none do. */
  | { readonly kind: "subgroup" }
  /** Whether neighbouring invocations take neighbouring rows instead of neighbouring steps of one row. */
  | { readonly kind: "columns" }
  /** How many workgroups share a row, each with a part of it. */
  | { readonly kind: "parts" }
  /**
   * How many steps of a row a lane keeps. A literal in the module, since registers are allocated when it is compiled.
   */
  | { readonly kind: "held" };

/**
 * `group` is the number of the workgroup, or of the set of workgroups that share a row. `part` is the position in that
 * set. `lane` and `row` are the position in the workgroup. `copy` is the number among the rows that a lane takes
 * together (see `unroll-and-jam.ts`).
 */
export type Builtin = "group" | "part" | "lane" | "row" | "copy";

/**
 * `peak` is the maximum of absolute values. None of them has a sign, not even a NaN, so integers compare their bits, which
 * takes half the time of a maximum that keeps NaN (RMS norm with int8 outputs took 0.86 of the time on SwiftShader). Its
 * identity may be below zero.
 */
export type FoldOp = "add" | "min" | "max" | "peak";

export type BinaryOp = FoldOp | "sub" | "mul" | "div" | "mod" | "lt" | "le" | "eq" | "ne" | "and" | "or";

/** `exp_below` is the exp of a value below a maximum: its sum is checked for NaN (`graph/passes/nonfinite.ts`). */
export type UnaryOp = Exclude<NativeOperator, BinaryOp | "where"> | "exp_below";

/** One element, or four: adjacent (the index then counts fours), or `stride` elements apart. */
export type Access =
  | { readonly kind: "one" }
  | { readonly kind: "four" }
  | { readonly kind: "apart"; readonly stride: Expr };

export type Stmt =
  | { readonly kind: "let"; readonly name: string; readonly value: Expr }
  | { readonly kind: "var"; readonly name: string; readonly value: Expr }
  | { readonly kind: "assign"; readonly name: string; readonly value: Expr }
  /** Binds `name` to the element at an index of a tensor, widened to f32. */
  | {
      readonly kind: "load";
      readonly name: string;
      readonly tensor: string;
      readonly index: Expr;
      readonly access: Access;
    }
  | {
      readonly kind: "store";
      readonly tensor: string;
      readonly index: Expr;
      readonly value: Expr;
      readonly access: Access;
    }
  /** Reads workgroup memory, which has `slots` values for each invocation. */
  | { readonly kind: "loadShared"; readonly name: string; readonly index: Expr }
  | { readonly kind: "storeShared"; readonly index: Expr; readonly value: Expr }
  /** Keeps a value in this lane, one for each step that it takes and for each slot (see `kept-values.ts`). */
  | { readonly kind: "keep"; readonly slot: number; readonly step: Expr; readonly value: Expr }
  | { readonly kind: "recall"; readonly name: string; readonly slot: number; readonly step: Expr }
  /** Binds `name` to the value in the lane whose number differs in the bit `mask`. */
  | { readonly kind: "exchange"; readonly name: string; readonly value: Expr; readonly mask: Expr }
  /** `for (var name = start; name < end; name += step)` */
  | {
      readonly kind: "for";
      readonly name: string;
      readonly start: Expr;
      readonly end: Expr;
      readonly step: Expr;
      readonly body: readonly Stmt[];
    }
  /** `for (var name = 1; name < end; name *= 2)` */
  | { readonly kind: "double"; readonly name: string; readonly end: Expr; readonly body: readonly Stmt[] }
  /** `for (var name = start; name >= end; name /= 2)` */
  | {
      readonly kind: "halve";
      readonly name: string;
      readonly start: Expr;
      readonly end: Expr;
      readonly body: readonly Stmt[];
    }
  | { readonly kind: "if"; readonly condition: Expr; readonly body: readonly Stmt[] }
  /** Waits for the workgroup. Afterwards all its lanes see what was written to workgroup memory before. */
  | { readonly kind: "barrier" };

export interface Kernel {
  readonly name: string;
  readonly structure: Structure;
  readonly tensors: readonly KernelTensor[];
  /** Every constant that the body uses. */
  readonly constants: readonly Constant[];
  /** Workgroup memory: how many values for each invocation, and their type. */
  readonly shared: { readonly slots: number; readonly type: "f32" | "f32x4" } | null;
  /** How many values a lane keeps for each step. */
  readonly held: number;
  /** Whether lanes exchange values. */
  readonly exchanges: boolean;
  /** Whether each part of a row has its own workgroup. Otherwise one workgroup has the whole row. */
  readonly inParts: boolean;
  readonly body: readonly Stmt[];
  readonly grid: readonly string[];
  readonly row: readonly string[];
}

/** A planned kernel, lowered to each of its structures. The first one serves every shape. */
export interface LoweredKernel {
  readonly whole: readonly Kernel[];
  /**
   * Rows split over workgroups: the kernels of each dispatch, one for each structure, and how many numbers a part hands
   * on.
   */
  readonly split: { readonly slots: number; readonly stages: readonly (readonly Kernel[])[] } | null;
  /** A workgroup takes a chunk of the rows along these axes, one row after the other. Usually empty. */
  readonly chunked: readonly string[];
}

export function allKernels({ whole, split }: LoweredKernel): readonly Kernel[] {
  return [...whole, ...(split?.stages.flat() ?? [])];
}

export interface KernelTensor {
  readonly name: string;
  readonly access: "read" | "read_write";
  /** Whether the tensor is bound as an array of four-element vectors. */
  readonly wide: boolean;
}

export function constantKey(constant: Constant): string {
  switch (constant.kind) {
    case "extent":
      return `extent ${constant.factor}`;
    case "param":
      return `param ${constant.param}`;
    case "lanes":
    case "rows":
    case "subgroup":
    case "columns":
    case "parts":
    case "held":
      return constant.kind;
  }
}
