/**
 * A body for a target whose invocations have nothing in common: one lane takes the whole row. Lanes, rows of a
 * workgroup and what they exchange become constants or go.
 */
import { partsFactor } from "../../program/names.ts";
import { binary, constant, u32 } from "../ir/expr.ts";
import type { Builtin, Constant, Expr, Stmt } from "../ir/ir.ts";

export function oneLane(body: readonly Stmt[], part: Expr | null): Stmt[] {
  return body.flatMap((stmt) => oneLaneOf(stmt, part));
}

function oneLaneOf(stmt: Stmt, part: Expr | null): Stmt[] {
  const e = (expr: Expr): Expr => oneLaneValue(expr, part);
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [{ ...stmt, value: e(stmt.value) }];
    case "load":
      return [{ ...stmt, index: e(stmt.index) }];
    case "for": {
      const body = oneLane(stmt.body, part);
      // Merging the parts of a row that has no plain sums.
      if (body.length === 0) return [];
      return [{ ...stmt, start: e(stmt.start), end: e(stmt.end), step: e(stmt.step), body }];
    }
    case "if":
      return [{ ...stmt, condition: e(stmt.condition), body: oneLane(stmt.body, part) }];
    // Goes over the lanes of a subgroup: none but this one.
    case "double":
      return [];
    case "store":
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
    case "halve":
    case "barrier":
      throw new Error(`a gather kernel has no ${stmt.kind}`);
  }
}

export function oneLaneValue(expr: Expr, part: Expr | null): Expr {
  const e = (one: Expr): Expr => oneLaneValue(one, part);
  switch (expr.kind) {
    case "constant":
      return ofConstant(expr.constant) ?? expr;
    case "builtin":
      return ofBuiltin(expr.name, part) ?? expr;
    case "const":
    case "local":
      return expr;
    case "call":
    case "float":
      return { ...expr, a: e(expr.a) };
    case "select":
      return { ...expr, condition: e(expr.condition), a: e(expr.a), b: e(expr.b) };
    case "binary": {
      const [a, b] = [e(expr.a), e(expr.b)];
      if (expr.op === "sub" && isOne(b) && isExtent(a)) return binary("sub", binary("max", a, u32(1)), b);
      return binary(expr.op, a, b);
    }
    case "splat":
    case "ramp":
    case "fold":
    case "overCopies":
    case "any":
      throw new Error(`a gather kernel has no ${expr.kind}`);
  }
}

function ofConstant(one: Constant): Expr | undefined {
  switch (one.kind) {
    case "lanes":
    case "rows":
    case "subgroup":
      return u32(1);
    case "parts":
      return constant({ kind: "extent", factor: partsFactor });
    case "extent":
    case "param":
      return undefined;
    case "columns":
    case "held":
      throw new Error(`a gather kernel has no ${one.kind}`);
  }
}

function ofBuiltin(name: Builtin, part: Expr | null): Expr | undefined {
  switch (name) {
    case "group":
      return undefined;
    case "lane":
    case "row":
      return u32(0);
    case "part":
      return part ?? u32(0);
    case "copy":
      throw new Error("a gather kernel takes no rows together");
  }
}

const isOne = (expr: Expr): boolean => expr.kind === "const" && expr.value === 1;

/** Made of extents alone: the last element of an empty row would be the one before the first, and traps in WebAssembly. */
function isExtent(expr: Expr): boolean {
  if (expr.kind === "constant") return expr.constant.kind === "extent";
  return expr.kind === "binary" && expr.op === "mul" && isExtent(expr.a) && isExtent(expr.b);
}
