/**
 * Several rows for each lane: turns a body for one row into one for `copies` rows (unroll and jam). A loop whose bounds
 * are the same for all rows is entered once, and values in it that are the same for all rows (an index, gamma, beta)
 * are computed and read once. For layer norm 4096 × 768 with four rows together, SwiftShader takes 19 ms instead of 28,
 * and lavapipe as long as before.
 *
 *     for (i …) { let x = load(row · D + i); let g = load(i); store(…, x · g) }
 * → for (i …) { let x0 = load(row0 · D + i); let x1 = …; let g = load(i); store(…, x0 · g); store(…, x1 · g) }
 */

import type { NameOf } from "../body/frame.ts";
import { add, u32 } from "../ir/expr.ts";
import type { Access, Expr, Stmt } from "../ir/ir.ts";
import { everyStmt, expressionsOf, operandsOf } from "../ir/visit.ts";

/**
 * @param order how the statements of a step follow each other: `each`, those of all rows one after the other, which keeps
 * loads of all rows in flight; `row`, one row after the other, which needs fewer registers.
 */
export function takeTogether(
  body: readonly Stmt[],
  copies: number,
  nameOf: NameOf,
  order: "each" | "row" = "each",
): Stmt[] {
  const varying = varyingNames(body);
  const renamed = Array.from({ length: copies }, () => new Map<string, string>());

  return jam(body);

  function jam(block: readonly Stmt[]): Stmt[] {
    if (order === "row" && isStep(block)) {
      const own = block.filter((one) => varies(one, varying));
      return [
        ...block.filter((one) => !own.includes(one)),
        ...Array.from({ length: copies }, (_, copy) => own.map((one) => copyOf(one, copy))).flat(),
      ];
    }
    return block.flatMap((stmt): Stmt[] => {
      if (varies(stmt, varying)) {
        return Array.from({ length: copies }, (_, copy) => copyOf(stmt, copy));
      }
      // Its condition may ask for a sum over the rows.
      if (stmt.kind === "if")
        return [{ ...stmt, condition: exprIn(stmt.condition, 0), body: jam(stmt.body) }];
      if ("body" in stmt) return [{ ...stmt, body: jam(stmt.body) }];
      // The statement is the same for all rows, except for a sum over them.
      return stmt.kind === "store" ? [copyOf(stmt, 0)] : [stmt];
    });
  }

  function nameIn(name: string, copy: number): string {
    if (!varying.has(name)) return name;
    const known = renamed[copy]!.get(name) ?? nameOf(name);
    renamed[copy]!.set(name, known);
    return known;
  }

  function copyOf(stmt: Stmt, copy: number): Stmt {
    const e = (expr: Expr): Expr => exprIn(expr, copy);
    const access = (one: Access): Access => (one.kind === "apart" ? { ...one, stride: e(one.stride) } : one);
    const block = (inner: readonly Stmt[]): Stmt[] => inner.map((one) => copyOf(one, copy));
    switch (stmt.kind) {
      case "let":
      case "var":
      case "assign":
        return { ...stmt, name: nameIn(stmt.name, copy), value: e(stmt.value) };
      case "load":
        return {
          ...stmt,
          name: nameIn(stmt.name, copy),
          index: e(stmt.index),
          access: access(stmt.access),
        };
      case "store":
        return { ...stmt, index: e(stmt.index), value: e(stmt.value), access: access(stmt.access) };
      case "exchange":
        return { ...stmt, name: nameIn(stmt.name, copy), value: e(stmt.value), mask: e(stmt.mask) };
      case "for":
        return {
          ...stmt,
          start: e(stmt.start),
          end: e(stmt.end),
          step: e(stmt.step),
          body: block(stmt.body),
        };
      case "double":
        return { ...stmt, end: e(stmt.end), body: block(stmt.body) };
      case "halve":
        return { ...stmt, start: e(stmt.start), end: e(stmt.end), body: block(stmt.body) };
      case "if":
        return { ...stmt, condition: e(stmt.condition), body: block(stmt.body) };
      case "loadShared":
      case "storeShared":
      case "keep":
      case "recall":
      case "barrier":
        throw new Error(`rows that a lane takes together cannot ${stmt.kind}`);
    }
  }

  function exprIn(expr: Expr, copy: number): Expr {
    const e = (one: Expr): Expr => exprIn(one, copy);
    switch (expr.kind) {
      case "const":
      case "constant":
      case "ramp":
        return expr;
      case "builtin":
        return expr.name === "copy" ? u32(copy) : expr;
      case "local":
        return varying.has(expr.name) ? { ...expr, name: nameIn(expr.name, copy) } : expr;
      case "binary":
        return { ...expr, a: e(expr.a), b: e(expr.b) };
      case "select":
        return { ...expr, condition: e(expr.condition), a: e(expr.a), b: e(expr.b) };
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
      case "overCopies": {
        const rows = Array.from({ length: copies }, (_, row) => exprIn(expr.a, row));
        return rows.reduce((sum, one) => add(sum, one));
      }
    }
  }
}

/** Whether statements only read, compute and write, one after the other: the innermost step of a loop. */
function isStep(block: readonly Stmt[]): boolean {
  return block.every(
    ({ kind }) => kind === "let" || kind === "load" || kind === "store" || kind === "assign",
  );
}

/** Whether a statement (for a loop or branch: its head) differs between rows. */
function varies(stmt: Stmt, varying: ReadonlySet<string>): boolean {
  if (stmt.kind === "assign" && varying.has(stmt.name)) return true;
  if ((stmt.kind === "let" || stmt.kind === "var") && varying.has(stmt.name)) return true;
  return expressionsOf(stmt).some((expr) => differs(expr, varying));
}

/** Whether an expression has a different value for each row. */
function differs(expr: Expr, varying: ReadonlySet<string>): boolean {
  switch (expr.kind) {
    case "builtin":
      return expr.name === "copy";
    case "local":
      return varying.has(expr.name);
    case "overCopies":
      return false;
    default:
      return operandsOf(expr).some((one) => differs(one, varying));
  }
}

/** The names whose value differs between rows. Visits the body until no name is added. */
function varyingNames(body: readonly Stmt[]): Set<string> {
  const varying = new Set<string>();
  for (let before = -1; before < varying.size; ) {
    before = varying.size;
    for (const stmt of everyStmt(body)) {
      if (!varies(stmt, varying)) continue;
      if ("body" in stmt) {
        // The whole loop is repeated for each row, so every name that it assigns differs between rows.
        for (const inner of everyStmt(stmt.body)) if (inner.kind === "assign") varying.add(inner.name);
      } else if ("name" in stmt) varying.add(stmt.name);
    }
  }
  return varying;
}
