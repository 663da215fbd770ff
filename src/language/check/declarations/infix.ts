/** The operators that infix operators stand for. `a > b` becomes `b < a`, so later stages have fewer operators. */
import type { Operator } from "../../../graph/operators/operators.ts";
import type { BinaryOperator } from "../../syntax/ast.ts";

export const binaryOperators: Readonly<Record<BinaryOperator, { op: Operator; swapped?: true }>> = {
  "+": { op: "add" },
  "-": { op: "sub" },
  "*": { op: "mul" },
  "/": { op: "div" },
  "^": { op: "pow" },
  "<": { op: "lt" },
  "<=": { op: "le" },
  ">": { op: "lt", swapped: true },
  ">=": { op: "le", swapped: true },
  "==": { op: "eq" },
  "!=": { op: "ne" },
};
