/** Visits kernel bodies and collects facts about them. */
import { type Access, type Constant, constantKey, type Expr, type Kernel, type Stmt } from "./ir.ts";
import type { ScalarExpr, ScalarStmt } from "./scalar.ts";

/** All statements of a body and of the blocks in it, in source order. A list, for the same reason as in `everyExpr`. */
export function everyStmt(body: readonly ScalarStmt[]): readonly ScalarStmt[];
export function everyStmt(body: readonly Stmt[]): readonly Stmt[];
export function everyStmt(body: readonly Stmt[]): readonly Stmt[] {
  const found: Stmt[] = [];
  const visit = (block: readonly Stmt[]): void => {
    for (const one of block) {
      found.push(one);
      if ("body" in one) visit(one.body);
    }
  };
  visit(body);
  return found;
}

/** The expressions directly in a statement. */
export function expressionsOf(stmt: ScalarStmt): readonly ScalarExpr[];
export function expressionsOf(stmt: Stmt): readonly Expr[];
export function expressionsOf(stmt: Stmt): readonly Expr[] {
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign":
      return [stmt.value];
    case "load":
      return [stmt.index, ...strideOf(stmt.access)];
    case "store":
      return [stmt.index, stmt.value, ...strideOf(stmt.access)];
    case "loadShared":
      return [stmt.index];
    case "storeShared":
      return [stmt.index, stmt.value];
    case "exchange":
      return [stmt.value, stmt.mask];
    case "keep":
      return [stmt.step, stmt.value];
    case "recall":
      return [stmt.step];
    case "for":
      return [stmt.start, stmt.end, stmt.step];
    case "halve":
      return [stmt.start, stmt.end];
    case "double":
      return [stmt.end];
    case "if":
      return [stmt.condition];
    case "barrier":
      return [];
  }
}

/** An expression and all expressions within it. It returns a list because nested generators took a tenth of a build. */
export function everyExpr(expr: ScalarExpr): readonly ScalarExpr[];
export function everyExpr(expr: Expr): readonly Expr[];
export function everyExpr(expr: Expr): readonly Expr[] {
  const found: Expr[] = [];
  collect(expr, found);
  return found;
}

function collect(expr: Expr, found: Expr[]): void {
  found.push(expr);
  // The most frequent ones without a list of their operands: this is called for all of every kernel several times.
  if (expr.kind === "local" || expr.kind === "constant" || expr.kind === "const") return;
  if (expr.kind === "binary") {
    collect(expr.a, found);
    collect(expr.b, found);
  } else for (const one of operandsOf(expr)) collect(one, found);
}

/** All expressions of a body, including nested ones. */
export function everyExprIn(body: readonly ScalarStmt[]): readonly ScalarExpr[];
export function everyExprIn(body: readonly Stmt[]): readonly Expr[];
export function everyExprIn(body: readonly Stmt[]): readonly Expr[] {
  const found: Expr[] = [];
  for (const stmt of everyStmt(body)) for (const expr of expressionsOf(stmt)) collect(expr, found);
  return found;
}

export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "local":
    case "ramp":
      return [];
    case "call":
    case "float":
    case "whole":
    case "splat":
    case "fold":
    case "running":
    case "overCopies":
    case "any":
      return [expr.a];
    case "join":
      return expr.parts;
    case "binary":
      return [expr.a, expr.b];
    case "select":
      return [expr.condition, expr.a, expr.b];
  }
}

/** Facts about a whole body. */
export interface BodyFacts {
  /** Constants in the order of their first use. Those that shape the workgroup are always included. */
  readonly constants: readonly Constant[];
  /** Whether lanes exchange values. */
  readonly exchanges: boolean;
  /** Whether the body uses the number of its part. */
  readonly inParts: boolean;
}

/** @param all every statement of the body. */
export function bodyFacts(all: readonly Stmt[]): BodyFacts {
  const used = new Map<string, Constant>();
  // Most constants are extents, each used many times: no key is put together for those that are known.
  const extents = new Set<string>();
  let inParts = false;
  let exchanges = false;
  // Without lists of all expressions, as this is done for every kernel.
  const visit = (expr: Expr): void => {
    switch (expr.kind) {
      case "local":
      case "const":
        return;
      case "constant": {
        const { constant } = expr;
        if (constant.kind === "extent") {
          if (extents.has(constant.factor)) return;
          extents.add(constant.factor);
        }
        used.set(constantKey(constant), constant);
        return;
      }
      case "builtin":
        inParts ||= expr.name === "part";
        return;
      case "binary":
        visit(expr.a);
        visit(expr.b);
        return;
      default:
        for (const one of operandsOf(expr)) visit(one);
    }
  };
  for (const stmt of all) {
    exchanges ||= stmt.kind === "exchange";
    for (const expr of expressionsOf(stmt)) visit(expr);
  }
  const found = new Map<string, Constant>([
    ["lanes", { kind: "lanes" }],
    ["rows", { kind: "rows" }],
    ["columns", { kind: "columns" }],
    ...(inParts ? [["parts", { kind: "parts" }] as const] : []),
    ...(exchanges ? [["subgroup", { kind: "subgroup" }] as const] : []),
    ...used,
  ]);
  return { constants: [...found.values()], exchanges, inParts };
}

/**
 * The workgroup memory that a body needs, or "mixed" if its values have several types.
 * @param all every statement of the body.
 */
export function sharedMemory(all: readonly Stmt[]): Kernel["shared"] | "mixed" {
  let slots = 0;
  const types = new Set<"f32" | "f32x4">();
  for (const one of all) {
    if (one.kind !== "if") continue;
    // The values of one tree are those stored before its first barrier.
    const stored = one.body.filter((inner) => inner.kind === "storeShared");
    for (const { value } of stored) types.add(value.type === "f32x4" ? "f32x4" : "f32");
    slots = Math.max(slots, stored.length);
  }
  if (types.size > 1) return "mixed";
  const [type] = types;
  return type === undefined ? null : { slots, type };
}

function strideOf(access: Access): readonly Expr[] {
  return access.kind === "apart" ? [access.stride] : [];
}
