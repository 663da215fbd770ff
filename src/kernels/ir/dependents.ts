/** Which names of a kernel depend on which. */
import type { Expr, Stmt } from "./ir.ts";
import { expressionsOf, operandsOf } from "./visit.ts";

type Stmts = readonly { readonly stmt: Stmt }[];

/** The names whose values depend on a name, itself among them. */
export function dependents(all: Stmts, name: string): ReadonlySet<string> {
  const { users, known } = factsOf(all);
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = new Set([name]);
  // The loop goes on over what it adds.
  for (const one of found) for (const user of users.get(one) ?? []) found.add(user);
  known.set(name, found);
  return found;
}

interface Facts {
  /** By name: the names whose values contain it. */
  readonly users: ReadonlyMap<string, ReadonlySet<string>>;
  /** The dependents of the names that were asked for. */
  readonly known: Map<string, ReadonlySet<string>>;
}

/** By list: each is asked for many names, and for most of them again and again. */
const factsOfLists = new WeakMap<Stmts, Facts>();

function factsOf(all: Stmts): Facts {
  const known = factsOfLists.get(all);
  if (known !== undefined) return known;
  const users = new Map<string, Set<string>>();
  const visit = (expr: Expr, user: string): void => {
    if (expr.kind === "local") {
      const names = users.get(expr.name);
      if (names === undefined) users.set(expr.name, new Set([user]));
      else names.add(user);
    } else for (const one of operandsOf(expr)) visit(one, user);
  };
  for (const { stmt } of all) {
    if ("name" in stmt) for (const expr of expressionsOf(stmt)) visit(expr, stmt.name);
  }
  const facts: Facts = { users, known: new Map() };
  factsOfLists.set(all, facts);
  return facts;
}

export function uses(expr: Expr, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  if (expr.kind === "local") return names.has(expr.name);
  if (expr.kind === "binary") return uses(expr.a, names) || uses(expr.b, names);
  return operandsOf(expr).some((one) => uses(one, names));
}
