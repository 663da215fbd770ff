/**
 * Rewrites kernel IR to what one lane does: there is one lane, one row of a workgroup, and nobody to exchange anything
 * with. Branches that are always taken become part of their block.
 */
import { partsFactor } from "../../program/names.ts";
import { binary, constant, u32 } from "../ir/expr.ts";
import type { Access, Builtin, Constant, Expr, Stmt } from "../ir/ir.ts";

/** @param part the part of its row that the task takes. Null if it takes whole rows. */
export function onOneLane(body: readonly Stmt[], part: Expr | null): Stmt[] {
  return body.flatMap((stmt) => rewritten(stmt, part));
}

function rewritten(stmt: Stmt, part: Expr | null): Stmt[] {
  const e = (expr: Expr): Expr => exprOnLane(expr, part);
  const access = (one: Access): Access => (one.kind === "apart" ? { ...one, stride: e(one.stride) } : one);
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [{ ...stmt, value: e(stmt.value) }];
    case "load":
      return [{ ...stmt, index: e(stmt.index), access: access(stmt.access) }];
    case "store":
      return [{ ...stmt, index: e(stmt.index), value: e(stmt.value), access: access(stmt.access) }];
    case "for": {
      const body = onOneLane(stmt.body, part);
      // The loop that merges the parts of a row without plain sums is empty.
      if (body.length === 0) return [];
      return [{ ...stmt, start: e(stmt.start), end: e(stmt.end), step: e(stmt.step), body }];
    }
    case "if": {
      const condition = e(stmt.condition);
      const body = onOneLane(stmt.body, part);
      if (condition.kind === "const") return condition.value === 0 ? [] : body;
      return [{ ...stmt, condition, body }];
    }
    // These statements visit or wait for the other lanes of a row.
    case "double":
    case "halve":
    case "barrier":
      return [];
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
      throw new Error(`a processor has nothing to ${stmt.kind}`);
  }
}

function exprOnLane(expr: Expr, part: Expr | null): Expr {
  const e = (one: Expr): Expr => exprOnLane(one, part);
  switch (expr.kind) {
    case "const":
    case "local":
    case "ramp":
      return expr;
    case "constant":
      return ofConstant(expr.constant);
    case "builtin":
      return ofBuiltin(expr.name, part);
    case "call":
    case "float":
    case "whole":
    case "splat":
    case "fold":
    case "running":
    case "any":
      return { ...expr, a: e(expr.a) };
    case "join":
      return { ...expr, parts: expr.parts.map(e) };
    case "select":
      return chosen({ ...expr, condition: e(expr.condition), a: e(expr.a), b: e(expr.b) });
    case "binary": {
      const [a, b] = [e(expr.a), e(expr.b)];
      // The last element of an empty row would lie before the first one.
      if (expr.op === "sub" && isNumber(b, 1) && isLength(a))
        return binary("sub", binary("max", a, u32(1)), b);
      if (expr.op === "ne" && isFlag(a) && isNumber(b, 0)) return a.condition;
      return folded(expr.op, a, b) ?? binary(expr.op, a, b);
    }
    case "overCopies":
      return e(expr.a);
  }
}

function chosen(expr: Extract<Expr, { kind: "select" }>): Expr {
  if (expr.condition.kind !== "const") return expr;
  return expr.condition.value === 0 ? expr.b : expr.a;
}

const truth = (value: boolean): Expr => ({ kind: "const", type: "bool", value: value ? 1 : 0 });

/** Operations on numbers that are known now that there is one lane. */
function folded(op: Extract<Expr, { kind: "binary" }>["op"], a: Expr, b: Expr): Expr | undefined {
  if (op === "and" && a.kind === "const") return a.value === 0 ? a : b;
  if (op === "and" && b.kind === "const") return b.value === 0 ? b : a;
  if (op === "mod" && isNumber(b, 1)) return u32(0);
  if (a.kind !== "const" || b.kind !== "const" || a.type !== "u32") return undefined;
  switch (op) {
    case "eq":
      return truth(a.value === b.value);
    case "lt":
      return truth(a.value < b.value);
    case "add":
      return u32(a.value + b.value);
    case "mul":
      return u32(a.value * b.value);
    default:
      return undefined;
  }
}

function ofConstant(one: Constant): Expr {
  switch (one.kind) {
    case "lanes":
    case "rows":
    case "subgroup":
      return u32(1);
    case "parts":
      return constant({ kind: "extent", factor: partsFactor });
    case "extent":
    case "param":
      return constant(one);
    case "columns":
    case "held":
      throw new Error(`a processor has no ${one.kind}`);
  }
}

function ofBuiltin(name: Builtin, part: Expr | null): Expr {
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

const isNumber = (expr: Expr, value: number): boolean => expr.kind === "const" && expr.value === value;

/** 1 or 0: what says whether any of the rows that are taken together needs something, of one row. */
function isFlag(expr: Expr): expr is Extract<Expr, { kind: "select" }> {
  return expr.kind === "select" && isNumber(expr.a, 1) && isNumber(expr.b, 0);
}

/** Whether an expression is a product of extents. */
function isLength(expr: Expr): boolean {
  if (expr.kind === "constant") return expr.constant.kind === "extent";
  return expr.kind === "binary" && expr.op === "mul" && isLength(expr.a) && isLength(expr.b);
}
