/**
 * Rewrites kernel IR to its scalar subset, for a target whose invocations share nothing: one lane takes the whole row.
 * There is one lane, one row in a workgroup and one row taken together. Exchanges between lanes are removed.
 */
import { partsFactor } from "../../program/names.ts";
import { binary } from "../ir/expr.ts";
import type { Builtin, Constant, Expr, Stmt } from "../ir/ir.ts";
import type { ScalarExpr, ScalarStmt } from "../ir/scalar.ts";

/** @param part the part of its row that the invocation takes. Null if it takes the whole row. */
export function scalarize(body: readonly Stmt[], part: ScalarExpr | null): ScalarStmt[] {
  return body.flatMap((stmt) => scalarStmt(stmt, part));
}

function scalarStmt(stmt: Stmt, part: ScalarExpr | null): ScalarStmt[] {
  const e = (expr: Expr): ScalarExpr => scalarExpr(expr, part);
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [{ ...stmt, value: e(stmt.value) }];
    case "load":
      return [
        {
          ...stmt,
          index: e(stmt.index),
          access: stmt.access.kind === "one" ? stmt.access : beyond(stmt.access),
        },
      ];
    case "for": {
      const body = scalarize(stmt.body, part);
      // The loop that merges the parts of a row without plain sums is empty.
      if (body.length === 0) return [];
      return [{ ...stmt, start: e(stmt.start), end: e(stmt.end), step: e(stmt.step), body }];
    }
    case "if":
      return [{ ...stmt, condition: e(stmt.condition), body: scalarize(stmt.body, part) }];
    // These statements visit or wait for the other lanes of a row. There are none.
    case "double":
    case "halve":
    case "barrier":
      return [];
    case "store":
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
      return beyond(stmt);
  }
}

export function scalarExpr(expr: Expr, part: ScalarExpr | null): ScalarExpr {
  const e = (one: Expr): ScalarExpr => scalarExpr(one, part);
  switch (expr.kind) {
    case "const":
      return expr;
    case "constant":
      return ofConstant(expr.constant);
    case "builtin":
      return ofBuiltin(expr.name, part);
    case "local": {
      const { type, name } = expr;
      return type === "f32x4" || type === "boolx4" ? beyond({ kind: type }) : { kind: "local", type, name };
    }
    case "call":
      return { kind: "call", type: "f32", op: expr.op, a: e(expr.a) };
    case "float":
    case "whole":
      return { ...expr, a: e(expr.a) };
    case "select": {
      const [a, b] = [e(expr.a), e(expr.b)];
      return { kind: "select", type: a.type, condition: e(expr.condition), a, b };
    }
    case "binary": {
      const [a, b] = [e(expr.a), e(expr.b)];
      if (expr.op === "sub" && isOne(b) && isExtent(a)) return binary("sub", binary("max", a, u32(1)), b);
      return binary(expr.op, a, b);
    }
    case "overCopies":
      return e(expr.a);
    case "splat":
    case "join":
    case "ramp":
    case "fold":
    case "running":
    case "any":
      return beyond(expr);
  }
}

function ofConstant(one: Constant): ScalarExpr {
  switch (one.kind) {
    case "lanes":
    case "rows":
    case "subgroup":
      return u32(1);
    case "parts":
      return { kind: "constant", type: "u32", constant: { kind: "extent", factor: partsFactor } };
    case "extent":
      return { kind: "constant", type: "u32", constant: one };
    case "param":
      return { kind: "constant", type: "f32", constant: one };
    case "columns":
    case "held":
      return beyond(one);
  }
}

function ofBuiltin(name: Builtin, part: ScalarExpr | null): ScalarExpr {
  switch (name) {
    case "group":
      return { kind: "builtin", type: "u32", name };
    case "lane":
    case "row":
    case "copy":
      return u32(0);
    case "part":
      return part ?? u32(0);
  }
}

/**
 * Throws for IR outside the scalar subset: a gather kernel is lowered one wide, and keeps, shares and stores nothing.
 * If it does, the lowering has a defect.
 */
function beyond({ kind }: { readonly kind: string }): never {
  throw new Error(`a single invocation cannot do \`${kind}\``);
}

const u32 = (value: number): ScalarExpr => ({ kind: "const", type: "u32", value });

const isOne = (expr: ScalarExpr): boolean => expr.kind === "const" && expr.value === 1;

/**
 * Whether an expression uses only extents. In an empty row, extent − 1 would be the index before the first element,
 * which traps in WebAssembly.
 */
function isExtent(expr: ScalarExpr): boolean {
  if (expr.kind === "constant") return expr.constant.kind === "extent";
  return expr.kind === "binary" && expr.op === "mul" && isExtent(expr.a) && isExtent(expr.b);
}
