/**
 * Functions that create expressions. They fold trivial constants (`x * 1`, `i + 0`), so that kernels are easy to read.
 */
import type { BinaryOp, Builtin, Constant, Expr, FoldOp, Type, UnaryOp } from "./ir.ts";
import type { ScalarExpr } from "./scalar.ts";

export const u32 = (value: number): Expr => ({ kind: "const", type: "u32", value });
export const f32 = (value: number): Expr => ({ kind: "const", type: "f32", value });
export const local = (type: Type, name: string): Expr => ({ kind: "local", type, name });
export const builtin = (name: Builtin): Expr => ({ kind: "builtin", type: "u32", name });
export const constant = (value: Constant): Expr => ({
  kind: "constant",
  type: value.kind === "param" ? "f32" : "u32",
  constant: value,
});
export const extent = (factor: string): Expr => constant({ kind: "extent", factor });
export const lanes: Expr = constant({ kind: "lanes" });
export const rows: Expr = constant({ kind: "rows" });
export const subgroup: Expr = constant({ kind: "subgroup" });
export const parts: Expr = constant({ kind: "parts" });
export const held: Expr = constant({ kind: "held" });
export const ramp: Expr = { kind: "ramp", type: "f32x4" };
export const call = (op: UnaryOp, a: Expr): Expr => ({
  kind: "call",
  type: a.type === "f32x4" ? "f32x4" : "f32",
  op,
  a,
});
export const float = (a: Expr): Expr => ({ kind: "float", type: "f32", a });
export const whole = (a: Expr): Expr => ({ kind: "whole", type: "u32", a });
export const join = (parts: readonly Expr[]): Expr => ({ kind: "join", type: "f32x4", parts });
export const any = (a: Expr): Expr => (a.type === "boolx4" ? { kind: "any", type: "bool", a } : a);

/** Copies a value to all four components. A value that is four wide stays as it is. */
export function widen(a: Expr): Expr {
  return a.type === "f32" ? { kind: "splat", type: "f32x4", a } : a;
}

/** Folds the four components into one. A value that is one wide stays as it is. */
export function fold(op: FoldOp, a: Expr): Expr {
  return a.type === "f32x4" ? { kind: "fold", type: "f32", op, a } : a;
}

export const running = (op: FoldOp, a: Expr, reverse: boolean): Expr => ({
  kind: "running",
  type: "f32x4",
  op,
  reverse,
  a,
});

/** A value, or 0. */
export function orZero(condition: Expr, a: Expr): Expr {
  const chosen = select(condition, a, { kind: "const", type: "f32", value: 0 });
  return chosen.kind === "select" ? { ...chosen, orZero: true } : chosen;
}

/** Makes both branches equally wide, and as wide as a condition on four. */
export function select(condition: Expr, a: Expr, b: Expr): Expr {
  const wide = condition.type === "boolx4" || a.type === "f32x4" || b.type === "f32x4";
  const [x, y] = wide ? [widen(a), widen(b)] : [a, b];
  return { kind: "select", type: x.type, condition, a: x, b: y };
}

const comparisons: readonly BinaryOp[] = ["lt", "le", "eq", "ne"];

/** The result is as wide as the wider operand. */
export function binary(op: BinaryOp, left: ScalarExpr, right: ScalarExpr): ScalarExpr;
export function binary(op: BinaryOp, left: Expr, right: Expr): Expr;
export function binary(op: BinaryOp, left: Expr, right: Expr): Expr {
  const wide = left.type === "f32x4" || right.type === "f32x4";
  const [a, b] = wide ? [widen(left), widen(right)] : [left, right];
  if (a.type !== b.type) throw new Error(`${op} of ${a.type} and ${b.type}`);
  if (a.type === "u32") {
    const folded = foldIndex(op, a, b);
    if (folded !== undefined) return folded;
  }
  const type = comparisons.includes(op) ? (wide ? "boolx4" : "bool") : a.type;
  return { kind: "binary", type, op, a, b };
}

export const add = (a: Expr, b: Expr): Expr => binary("add", a, b);
export const sub = (a: Expr, b: Expr): Expr => binary("sub", a, b);
export const mul = (a: Expr, b: Expr): Expr => binary("mul", a, b);
export const div = (a: Expr, b: Expr): Expr => binary("div", a, b);
export const product = (factors: readonly Expr[]): Expr => factors.reduce(mul, u32(1));
export const extentOf = (factors: readonly string[]): Expr => product(factors.map(extent));

function foldIndex(op: BinaryOp, a: Expr, b: Expr): Expr | undefined {
  const isConst = (expr: Expr, value: number): boolean => expr.kind === "const" && expr.value === value;
  if (op === "add" && isConst(a, 0)) return b;
  if ((op === "add" || op === "sub") && isConst(b, 0)) return a;
  if (op === "mul" && (isConst(a, 0) || isConst(b, 0))) return u32(0);
  if (op === "mul" && isConst(a, 1)) return b;
  if ((op === "mul" || op === "div") && isConst(b, 1)) return a;
  return undefined;
}
