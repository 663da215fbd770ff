/** The operators that languages of the C family write between their operands. */
import type { BinaryOp, Expr } from "../../kernels/ir/ir.ts";

/** All except those that are functions in every language. */
export type InfixOp = Exclude<BinaryOp, "min" | "max" | "peak">;

export const symbols: Readonly<Record<InfixOp, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  mod: "%",
  lt: "<",
  le: "<=",
  eq: "==",
  ne: "!=",
  and: "&&",
  or: "||",
};

export function isInfix(op: BinaryOp): op is InfixOp {
  return op !== "min" && op !== "max" && op !== "peak";
}

/** An expression written as an operand: in parentheses if it is infix itself or begins with a sign. */
export function operand(expr: Expr, text: string): string {
  return (expr.kind === "binary" && isInfix(expr.op)) || text.startsWith("-") ? `(${text})` : text;
}
