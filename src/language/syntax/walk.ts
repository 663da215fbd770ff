/** Walks expressions of any kind. */
import type { Expr } from "./ast.ts";

export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "number":
    case "name":
    case "axis":
    case "gap":
      return [];
    case "negate":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "call":
      return [...expr.arguments, ...expr.settings.map((one) => one.value)];
    case "at":
      return [expr.target, expr.index];
  }
}

/** The expression and all expressions inside it, from left to right, outer before inner. */
export function* everyExpr(expr: Expr): Generator<Expr> {
  const pending = [expr];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    pending.push(...children(next).toReversed());
  }
}
