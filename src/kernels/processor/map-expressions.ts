/** Rewrites the expressions of statements. */
import type { Access, Expr, Stmt } from "../ir/ir.ts";

/** A statement, and those inside it, with expressions replaced. What is replaced is not visited again. */
export function mapExpressions(stmt: Stmt, replace: (expr: Expr) => Expr): Stmt {
  const e = (expr: Expr): Expr => mapExpr(expr, replace);
  const access = (one: Access): Access => (one.kind === "apart" ? { ...one, stride: e(one.stride) } : one);
  const block = (body: readonly Stmt[]): Stmt[] => body.map((one) => mapExpressions(one, replace));
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return { ...stmt, value: e(stmt.value) };
    case "load":
      return { ...stmt, index: e(stmt.index), access: access(stmt.access) };
    case "store":
      return { ...stmt, index: e(stmt.index), value: e(stmt.value), access: access(stmt.access) };
    case "for":
      return {
        ...stmt,
        start: e(stmt.start),
        end: e(stmt.end),
        step: e(stmt.step),
        body: block(stmt.body),
      };
    case "if":
      return { ...stmt, condition: e(stmt.condition), body: block(stmt.body) };
    case "double":
    case "halve":
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
    case "barrier":
      throw new Error(`a task on a processor has no ${stmt.kind}`);
  }
}

function mapExpr(expr: Expr, replace: (expr: Expr) => Expr): Expr {
  const own = replace(expr);
  if (own !== expr) return own;
  const e = (one: Expr): Expr => mapExpr(one, replace);
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "local":
    case "ramp":
      return expr;
    case "binary":
      return { ...expr, a: e(expr.a), b: e(expr.b) };
    case "select":
      return { ...expr, condition: e(expr.condition), a: e(expr.a), b: e(expr.b) };
    case "join":
      return { ...expr, parts: expr.parts.map(e) };
    case "call":
    case "float":
    case "whole":
    case "splat":
    case "fold":
    case "running":
    case "overCopies":
    case "any":
      return { ...expr, a: e(expr.a) };
  }
}
