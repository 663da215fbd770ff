/**
 * Computes before a loop what is the same in all its steps: addresses, and values copied to four elements. V8 moves
 * little out of loops of WebAssembly.
 */
import type { NameOf } from "../body/frame.ts";
import { local } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import { operandsOf } from "../ir/visit.ts";
import { mapExpressions } from "./map-expressions.ts";

export function hoistInvariants(body: readonly Stmt[], nameOf: NameOf): Stmt[] {
  return body.flatMap((stmt): Stmt[] => {
    if (!("body" in stmt)) return [stmt];
    const inner = { ...stmt, body: hoistInvariants(stmt.body, nameOf) };
    return inner.kind === "for" ? hoistOut(inner, nameOf) : [inner];
  });
}

type Loop = Extract<Stmt, { kind: "for" }>;

function hoistOut(loop: Loop, nameOf: NameOf): Stmt[] {
  const changing = namesMadeIn(loop);
  const before: Stmt[] = [];
  const known = new Map<string, Expr>();
  const moved = (stmt: Stmt): boolean => {
    if (stmt.kind !== "let" || uses(stmt.value, changing) || mayTrap(stmt.value)) return false;
    before.push(stmt);
    changing.delete(stmt.name);
    return true;
  };
  const hoisted = (expr: Expr): Expr => {
    if (!isWork(expr) || uses(expr, changing)) return expr;
    const key = JSON.stringify(expr);
    const found = known.get(key);
    if (found !== undefined) return found;
    const name = nameOf(baseOf(expr));
    before.push({ kind: "let", name, value: expr });
    const made = local(expr.type, name);
    known.set(key, made);
    return made;
  };
  const body = loop.body.filter((stmt) => !moved(stmt)).map((stmt) => mapExpressions(stmt, hoisted));
  return [...before, { ...loop, body }];
}

function namesMadeIn(loop: Loop): Set<string> {
  const made = new Set([loop.name]);
  const visit = (block: readonly Stmt[]): void => {
    for (const one of block) {
      if ("name" in one) made.add(one.name);
      if ("body" in one) visit(one.body);
    }
  };
  visit(loop.body);
  return made;
}

function uses(expr: Expr, names: ReadonlySet<string>): boolean {
  if (expr.kind === "local") return names.has(expr.name);
  return operandsOf(expr).some((one) => uses(one, names));
}

/** A division by zero traps, also before a loop that takes no step. */
function mayTrap(expr: Expr): boolean {
  const divides = expr.kind === "binary" && (expr.op === "div" || expr.op === "mod") && expr.type === "u32";
  return (divides && !isPositive(expr.b)) || operandsOf(expr).some(mayTrap);
}

/** Whether an expression takes an instruction, and none that a machine has as a constant. */
function isWork(expr: Expr): boolean {
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "local":
    case "ramp":
      return false;
    case "splat":
      return expr.a.kind !== "const";
    default:
      return !mayTrap(expr) && expr.type !== "bool" && expr.type !== "boolx4" && operandsOf(expr).length > 0;
  }
}

function isPositive(expr: Expr): boolean {
  if (expr.kind === "const") return expr.value > 0;
  return expr.kind === "binary" && expr.op === "max" && (isPositive(expr.a) || isPositive(expr.b));
}

function baseOf(expr: Expr): string {
  if (expr.kind === "splat" && expr.a.kind === "local") return expr.a.name;
  return expr.kind === "binary" || expr.kind === "call" ? expr.op : expr.kind;
}
