/** The order of reading: names come before their users, whatever the order of the text. */
import type { Expr, FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import { everyExpr } from "../../syntax/walk.ts";

/** Everything that can be reached from `roots`, names before their users. A cycle is cut where it closes. */
export function usedFirst<T>(
  roots: Iterable<T>,
  uses: (one: T) => Iterable<T>,
  onCircle?: (from: T, to: T) => void,
): T[] {
  const seen = new Set<T>();
  const finished = new Set<T>();
  const order: T[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    const open = [{ one: root, rest: uses(root)[Symbol.iterator]() }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { value, done } = top.rest.next();
      if (done === true) {
        order.push(top.one);
        finished.add(top.one);
        open.pop();
      } else if (seen.has(value)) {
        if (!finished.has(value)) onCircle?.(top.one, value);
      } else {
        seen.add(value);
        open.push({ one: value, rest: uses(value)[Symbol.iterator]() });
      }
    }
  }
  return order;
}

export function* namesIn(expr: Expr): Generator<string> {
  for (const one of everyExpr(expr)) if (one.kind === "name") yield one.name.text;
}

/** The names of everything that a function, or a norm in any mode, calls. */
export function calledNames(decl: NormDecl | FunctionDecl): Set<string> {
  const names = new Set<string>();
  for (const expr of expressionsOf(decl)) {
    for (const one of everyExpr(expr)) if (one.kind === "call") names.add(one.callee.text);
  }
  return names;
}

function expressionsOf(decl: NormDecl | FunctionDecl): Expr[] {
  if (decl.kind === "function") return [decl.body];
  return decl.items.flatMap((item) => {
    if (item.kind === "mode") return item.statements.map((one) => one.value);
    return item.kind === "define" || item.kind === "update" ? [item.value] : [];
  });
}
