/** Makers of expressions. They fold what is trivially constant (`x * 1`, `i + 0`), so that kernels read well. */
import type { BinaryOp, Builtin, Constant, Expr, Type, UnaryOp } from "./ir.ts";

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
export const call = (op: UnaryOp, a: Expr): Expr => ({ kind: "call", type: "f32", op, a });
export const float = (a: Expr): Expr => ({ kind: "float", type: "f32", a });
export const not = (a: Expr): Expr => ({ kind: "not", type: "bool", a });
export const select = (condition: Expr, a: Expr, b: Expr): Expr => ({
  kind: "select",
  type: a.type,
  condition,
  a,
  b,
});

const comparisons: readonly BinaryOp[] = ["lt", "le", "eq", "ne"];

export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  if (a.type !== b.type) throw new Error(`${op} of ${a.type} and ${b.type}`);
  if (a.type === "u32") {
    const folded = foldIndex(op, a, b);
    if (folded !== undefined) return folded;
  }
  return { kind: "binary", type: comparisons.includes(op) ? "bool" : a.type, op, a, b };
}

export const add = (a: Expr, b: Expr): Expr => binary("add", a, b);
export const mul = (a: Expr, b: Expr): Expr => binary("mul", a, b);
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
