/** Which names of a kernel a value depends on. */
import type { Expr, Stmt } from "./ir.ts";
import { expressionsOf, operandsOf } from "./visit.ts";

type Stmts = readonly { readonly stmt: Stmt }[];

/** The names in an expression, and those on which their values depend, wherever they get them. */
export function sourcesOf(all: Stmts, expr: Expr): ReadonlySet<string> {
  const { values, known } = factsOf(all);
  const before = known.get(expr);
  if (before !== undefined) return before;
  const found = new Set<string>();
  collectNames(expr, found);
  // The loop goes on over what it adds.
  for (const one of found) for (const value of values.get(one) ?? []) collectNames(value, found);
  known.set(expr, found);
  return found;
}

interface Facts {
  /** By name: the expressions of the statements that give it its values. */
  readonly values: ReadonlyMap<string, readonly Expr[]>;
  readonly known: Map<Expr, ReadonlySet<string>>;
}

/** By list: each is asked for several values, and for most of them again and again. */
const factsOfLists = new WeakMap<Stmts, Facts>();

function factsOf(all: Stmts): Facts {
  const known = factsOfLists.get(all);
  if (known !== undefined) return known;
  const values = new Map<string, readonly Expr[]>();
  for (const { stmt } of all) {
    if (!("name" in stmt)) continue;
    const before = values.get(stmt.name);
    const own = expressionsOf(stmt);
    values.set(stmt.name, before === undefined ? own : [...before, ...own]);
  }
  const facts: Facts = { values, known: new Map() };
  factsOfLists.set(all, facts);
  return facts;
}

function collectNames(expr: Expr, found: Set<string>): void {
  if (expr.kind === "local") found.add(expr.name);
  else if (expr.kind === "binary") {
    collectNames(expr.a, found);
    collectNames(expr.b, found);
  } else for (const one of operandsOf(expr)) collectNames(one, found);
}

export function uses(expr: Expr, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  if (expr.kind === "local") return names.has(expr.name);
  if (expr.kind === "binary") return uses(expr.a, names) || uses(expr.b, names);
  return operandsOf(expr).some((one) => uses(one, names));
}
