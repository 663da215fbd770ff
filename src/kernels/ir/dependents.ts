/** Which names of a kernel depend on which. */
import type { Expr, Stmt } from "./ir.ts";
import { expressionsOf, operandsOf } from "./visit.ts";

type Stmts = readonly { readonly stmt: Stmt }[];

/** The names whose values depend on a name, itself among them. */
export function dependents(all: Stmts, name: string): ReadonlySet<string> {
  const of = usersOf(all);
  const found = new Set([name]);
  // The loop goes on over what it adds.
  for (const one of found) for (const user of of.get(one) ?? []) found.add(user);
  return found;
}

/** By list, as each is asked for many names. */
const usersOfLists = new WeakMap<Stmts, ReadonlyMap<string, ReadonlySet<string>>>();

/** By name: the names whose values contain it. */
function usersOf(all: Stmts): ReadonlyMap<string, ReadonlySet<string>> {
  const known = usersOfLists.get(all);
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
  usersOfLists.set(all, users);
  return users;
}

export function uses(expr: Expr, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  if (expr.kind === "local") return names.has(expr.name);
  if (expr.kind === "binary") return uses(expr.a, names) || uses(expr.b, names);
  return operandsOf(expr).some((one) => uses(one, names));
}
