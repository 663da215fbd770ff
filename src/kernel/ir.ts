/**
 * The kernel IR: what one invocation of a kernel does, neutral to the target. Expressions are pure; whatever reads or
 * writes memory, or waits, is a statement. Values have a type; nothing converts by itself.
 */
import type { NativeOperator } from "../operators/operators.ts";

export type Type = "f32" | "u32" | "bool";

export type Expr =
  | { readonly kind: "const"; readonly type: Type; readonly value: number }
  /** A number known when the pipeline is made: an extent (u32), a param (f32), lanes or rows (u32). */
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
  | { readonly kind: "not"; readonly type: "bool"; readonly a: Expr }
  /** An elementwise operator on f32 that is not a `binary`. */
  | { readonly kind: "call"; readonly type: "f32"; readonly op: UnaryOp; readonly a: Expr }
  | {
      readonly kind: "select";
      readonly type: Type;
      readonly condition: Expr;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** u32 to f32. */
  | { readonly kind: "float"; readonly type: "f32"; readonly a: Expr };

export type Constant =
  | { readonly kind: "extent"; readonly factor: string }
  | { readonly kind: "param"; readonly param: string }
  /** Invocations that share a row, a power of two. */
  | { readonly kind: "lanes" }
  /** Rows a workgroup. */
  | { readonly kind: "rows" };

/** `group`: the number of the workgroup; `lane`, `row`: the place in it. */
export type Builtin = "group" | "lane" | "row";

export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "min"
  | "max"
  | "lt"
  | "le"
  | "eq"
  | "ne"
  | "and";

export type UnaryOp = Exclude<NativeOperator, BinaryOp | "where">;

export type Stmt =
  | { readonly kind: "let"; readonly name: string; readonly value: Expr }
  | { readonly kind: "var"; readonly name: string; readonly value: Expr }
  | { readonly kind: "assign"; readonly name: string; readonly value: Expr }
  /** Binds `name` to an element of a tensor, widened to f32. */
  | { readonly kind: "load"; readonly name: string; readonly tensor: string; readonly index: Expr }
  | { readonly kind: "store"; readonly tensor: string; readonly index: Expr; readonly value: Expr }
  /** Workgroup memory holds one f32 an invocation. */
  | { readonly kind: "loadShared"; readonly name: string; readonly index: Expr }
  | { readonly kind: "storeShared"; readonly index: Expr; readonly value: Expr }
  /** `for (var name = start; name < end; name += step)` */
  | {
      readonly kind: "for";
      readonly name: string;
      readonly start: Expr;
      readonly end: Expr;
      readonly step: Expr;
      readonly body: readonly Stmt[];
    }
  /** `for (var name = start; name > 0; name /= 2)` */
  | { readonly kind: "halve"; readonly name: string; readonly start: Expr; readonly body: readonly Stmt[] }
  | { readonly kind: "if"; readonly condition: Expr; readonly body: readonly Stmt[] }
  /** Waits for the workgroup; workgroup memory written before is seen after. */
  | { readonly kind: "barrier" }
  | { readonly kind: "comment"; readonly text: string };

export interface Kernel {
  readonly name: string;
  readonly tensors: readonly KernelTensor[];
  /** Every constant that the body uses. */
  readonly constants: readonly Constant[];
  readonly usesShared: boolean;
  readonly body: readonly Stmt[];
  readonly grid: readonly string[];
  readonly row: readonly string[];
}

export interface KernelTensor {
  readonly name: string;
  readonly access: "read" | "read_write";
}

export function constantKey(constant: Constant): string {
  switch (constant.kind) {
    case "extent":
      return `extent ${constant.factor}`;
    case "param":
      return `param ${constant.param}`;
    case "lanes":
    case "rows":
      return constant.kind;
  }
}
