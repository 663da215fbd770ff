/** Rewrites the body of a kernel for workgroups to one lane, which takes whole rows: nothing is shared or exchanged. */
import { binary } from "../ir/expr.ts";
import type { Access, Builtin, Constant, Expr, Stmt } from "../ir/ir.ts";

export function singleLane(body: readonly Stmt[]): Stmt[] {
  return body.flatMap(stmtOf);
}

function stmtOf(stmt: Stmt): Stmt[] {
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [{ ...stmt, value: exprOf(stmt.value) }];
    case "load":
      return [{ ...stmt, index: exprOf(stmt.index), access: accessOf(stmt.access) }];
    case "store":
      return [
        { ...stmt, index: exprOf(stmt.index), value: exprOf(stmt.value), access: accessOf(stmt.access) },
      ];
    case "for": {
      const body = singleLane(stmt.body);
      if (body.length === 0) return [];
      return [{ ...stmt, start: exprOf(stmt.start), end: exprOf(stmt.end), step: exprOf(stmt.step), body }];
    }
    case "if": {
      const condition = exprOf(stmt.condition);
      // Whether lanes share memory: `subgroup < lanes`.
      if (isNever(condition)) return [];
      return [{ ...stmt, condition, body: singleLane(stmt.body) }];
    }
    case "double":
    case "halve":
    case "barrier":
      return [];
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
      throw new Error(`a single lane cannot do \`${stmt.kind}\``);
  }
}

function accessOf(access: Access): Access {
  return access.kind === "apart" ? { ...access, stride: exprOf(access.stride) } : access;
}

function exprOf(expr: Expr): Expr {
  switch (expr.kind) {
    case "const":
    case "local":
    case "ramp":
      return expr;
    case "constant":
      return ofConstant(expr, expr.constant);
    case "builtin":
      return ofBuiltin(expr, expr.name);
    case "binary": {
      const [a, b] = [exprOf(expr.a), exprOf(expr.b)];
      // The last element of an empty row would be the one before its first.
      if (expr.op === "sub" && isOne(b) && isExtent(a)) return binary("sub", binary("max", a, one), one);
      return binary(expr.op, a, b);
    }
    case "select":
      return { ...expr, condition: exprOf(expr.condition), a: exprOf(expr.a), b: exprOf(expr.b) };
    case "call":
    case "float":
    case "whole":
    case "splat":
    case "fold":
    case "running":
    case "any":
      return { ...expr, a: exprOf(expr.a) };
    case "join":
      return { ...expr, parts: expr.parts.map(exprOf) };
    case "overCopies":
      throw new Error("a sum over rows taken together is written out before");
  }
}

const one: Expr = { kind: "const", type: "u32", value: 1 };
const zero: Expr = { kind: "const", type: "u32", value: 0 };

function ofConstant(expr: Expr, { kind }: Constant): Expr {
  switch (kind) {
    case "lanes":
    case "rows":
    case "subgroup":
      return one;
    case "extent":
    case "param":
      return expr;
    case "parts":
    case "columns":
    case "held":
      throw new Error(`a single lane has no \`${kind}\``);
  }
}

function ofBuiltin(expr: Expr, name: Builtin): Expr {
  switch (name) {
    case "group":
      return expr;
    case "lane":
    case "row":
    case "copy":
    case "part":
      return zero;
  }
}

const isOne = (expr: Expr): boolean => expr.kind === "const" && expr.value === 1;

function isNever(expr: Expr): boolean {
  return expr.kind === "binary" && expr.op === "lt" && isOne(expr.a) && isOne(expr.b);
}

function isExtent(expr: Expr): boolean {
  if (expr.kind === "constant") return expr.constant.kind === "extent";
  return expr.kind === "binary" && expr.op === "mul" && isExtent(expr.a) && isExtent(expr.b);
}
