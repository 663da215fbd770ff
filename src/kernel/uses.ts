/** What a kernel body mentions. */
import { type Constant, constantKey, type Expr, type Stmt } from "./ir.ts";

export function* everyStmt(body: readonly Stmt[]): Generator<Stmt> {
  for (const one of body) {
    yield one;
    if (one.kind === "for" || one.kind === "halve" || one.kind === "if") yield* everyStmt(one.body);
  }
}

/** The expressions that stand directly in a statement. */
export function expressionsOf(stmt: Stmt): readonly Expr[] {
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [stmt.value];
    case "load":
    case "loadShared":
      return [stmt.index];
    case "store":
    case "storeShared":
      return [stmt.index, stmt.value];
    case "for":
      return [stmt.start, stmt.end, stmt.step];
    case "halve":
      return [stmt.start];
    case "if":
      return [stmt.condition];
    case "barrier":
    case "comment":
      return [];
  }
}

export function* everyExpr(expr: Expr): Generator<Expr> {
  yield expr;
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "local":
      break;
    case "not":
    case "call":
    case "float":
      yield* everyExpr(expr.a);
      break;
    case "binary":
      yield* everyExpr(expr.a);
      yield* everyExpr(expr.b);
      break;
    case "select":
      yield* everyExpr(expr.condition);
      yield* everyExpr(expr.a);
      yield* everyExpr(expr.b);
      break;
  }
}

/** Constants in the order of their first mention; lanes and rows always, since they shape the workgroup. */
export function usedConstants(body: readonly Stmt[]): Constant[] {
  const found = new Map<string, Constant>([
    ["lanes", { kind: "lanes" }],
    ["rows", { kind: "rows" }],
  ]);
  for (const stmt of everyStmt(body)) {
    for (const expr of expressionsOf(stmt).flatMap((one) => [...everyExpr(one)])) {
      if (expr.kind === "constant") found.set(constantKey(expr.constant), expr.constant);
    }
  }
  return [...found.values()];
}

export function usesShared(body: readonly Stmt[]): boolean {
  return [...everyStmt(body)].some((one) => one.kind === "storeShared");
}
