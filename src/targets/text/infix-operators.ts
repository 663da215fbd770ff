/** The operators that languages of the C family write between their operands. */
import type { BinaryOp, Expr } from "../../kernels/ir/ir.ts";

/** All but the ones that are functions everywhere. */
export type InfixOp = Exclude<BinaryOp, "min" | "max">;

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
  return op !== "min" && op !== "max";
}

/** The text of an expression as an operand: in parentheses where it is infix itself, or begins with a sign. */
export function operand(expr: Expr, text: string): string {
  return (expr.kind === "binary" && isInfix(expr.op)) || text.startsWith("-") ? `(${text})` : text;
}
