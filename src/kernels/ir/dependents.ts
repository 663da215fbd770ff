/** Which names of a kernel depend on which. */
import type { Expr, Stmt } from "./ir.ts";
import { everyExpr, expressionsOf } from "./visit.ts";

/** The names whose values depend on a name, itself among them. */
export function dependents(all: readonly { readonly stmt: Stmt }[], name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { stmt } of all) {
      if ("name" in stmt && expressionsOf(stmt).some((one) => uses(one, found))) found.add(stmt.name);
    }
  }
  return found;
}

export function uses(expr: Expr, names: ReadonlySet<string>): boolean {
  return everyExpr(expr).some((one) => one.kind === "local" && names.has(one.name));
}
