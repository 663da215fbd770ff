/**
 * The scalar subset of the kernel IR: what an invocation does if it shares nothing and takes one element at a time. A
 * target with independent invocations prints this subset. Each kind of node is one of `ir.ts` with scalar operands, so
 * a function that takes a `Stmt` or an `Expr` takes these as well.
 */
import type { BinaryOp, Constant, UnaryOp } from "./ir.ts";

export type ScalarType = "f32" | "u32" | "bool";

export type ScalarConstant = Extract<Constant, { kind: "extent" | "param" }>;

export type ScalarExpr =
  | { readonly kind: "const"; readonly type: ScalarType; readonly value: number }
  | { readonly kind: "constant"; readonly type: "f32" | "u32"; readonly constant: ScalarConstant }
  /** The number of the invocation. */
  | { readonly kind: "builtin"; readonly type: "u32"; readonly name: "group" }
  | { readonly kind: "local"; readonly type: ScalarType; readonly name: string }
  | {
      readonly kind: "binary";
      readonly type: ScalarType;
      readonly op: BinaryOp;
      readonly a: ScalarExpr;
      readonly b: ScalarExpr;
    }
  | { readonly kind: "call"; readonly type: "f32"; readonly op: UnaryOp; readonly a: ScalarExpr }
  | {
      readonly kind: "select";
      readonly type: ScalarType;
      readonly condition: ScalarExpr;
      readonly a: ScalarExpr;
      readonly b: ScalarExpr;
    }
  | { readonly kind: "float"; readonly type: "f32"; readonly a: ScalarExpr }
  | { readonly kind: "whole"; readonly type: "u32"; readonly a: ScalarExpr };

export type ScalarStmt =
  | { readonly kind: "let"; readonly name: string; readonly value: ScalarExpr }
  | { readonly kind: "var"; readonly name: string; readonly value: ScalarExpr }
  | { readonly kind: "assign"; readonly name: string; readonly value: ScalarExpr }
  | {
      readonly kind: "load";
      readonly name: string;
      readonly tensor: string;
      readonly index: ScalarExpr;
      readonly access: { readonly kind: "one" };
    }
  | {
      readonly kind: "for";
      readonly name: string;
      readonly start: ScalarExpr;
      readonly end: ScalarExpr;
      readonly step: ScalarExpr;
      readonly body: readonly ScalarStmt[];
    }
  | { readonly kind: "if"; readonly condition: ScalarExpr; readonly body: readonly ScalarStmt[] };
