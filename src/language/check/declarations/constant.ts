/** Constant expressions: defaults of params. */

import { operators } from "../../../graph/operators/operators.ts";
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { Expr } from "../../syntax/ast.ts";
import { binaryOperators } from "./infix.ts";

/** The value of an expression of numbers and arithmetic. Anything else is N408. */
export function constantValue(expr: Expr, report: Report): number | undefined {
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "negate": {
      const value = constantValue(expr.operand, report);
      return value === undefined ? undefined : -value;
    }
    case "binary": {
      const left = constantValue(expr.left, report);
      const right = constantValue(expr.right, report);
      if (left === undefined || right === undefined) return undefined;
      const { op, swapped } = binaryOperators[expr.operator];
      return swapped ? operators[op].f64(right, left, 0) : operators[op].f64(left, right, 0);
    }
    case "gap":
      return undefined;
    case "name":
    case "axis":
    case "call":
    case "at":
      report(
        diagnostic("N408", "this is not a constant", expr.span, {
          note: "a default can have only numbers and `+ - * / ^`",
        }),
      );
      return undefined;
  }
}
