/** Reads equations. Each is read after those that it uses, so their order in the text does not matter. */
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { everyExpr } from "../../syntax/walk.ts";
import type { Equation } from "../declarations/definitions.ts";
import { namesIn, usedFirst } from "./reading-order.ts";
import type { Scope, Value } from "./scope.ts";
import { reportUnknown } from "./unknown.ts";

/** Names with a value of the language's own, where nothing else has the name. */
export const constants: ReadonlyMap<string, number> = new Map([
  ["inf", Number.POSITIVE_INFINITY],
  ["pi", Math.PI],
]);

export function lookup(scope: Scope, name: string, span: Span): Value {
  scope.used.add(name);
  if (scope.given.has(name)) return scope.given.get(name);
  // Already read, because it comes before its users: see `evaluateEquations`.
  if (findEquation(scope, name) !== undefined) return scope.computed.get(name);
  const constant = constants.get(name);
  if (constant !== undefined) return scope.builder.literal(constant);
  if (!scope.declarations.broken.has(name)) reportUnknown(scope, name, span);
  return undefined;
}

export function findEquation(scope: Scope, name: string): Equation | undefined {
  const { equations, modeEquations } = scope.declarations;
  return equations.get(name) ?? (scope.mode === null ? undefined : modeEquations[scope.mode].get(name));
}

/** Reads the equations of `names`. Operands come first, so a chain of thousands of equations does not nest calls. */
export function evaluateEquations(scope: Scope, names: Iterable<string>): void {
  const roots = [...names].flatMap((name) => findEquation(scope, name) ?? []);
  const uses = function* (equation: Equation): Generator<Equation> {
    for (const name of namesIn(equation.value)) {
      const found = scope.given.has(name) ? undefined : findEquation(scope, name);
      if (found !== undefined) yield found;
    }
  };
  const order = usedFirst(roots, uses, (from, to) => {
    const { text, span } = to.name;
    const use = [...everyExpr(from.value)].find((one) => one.kind === "name" && one.name.text === text);
    scope.report(
      diagnostic("N206", `\`${text}\` depends on itself`, use?.span ?? span, {
        labels: [{ span, text: "defined here" }],
        note: "equations can be in any order, but they cannot depend on each other in a circle",
      }),
    );
    scope.computed.set(text, undefined);
  });
  for (const { name, value } of order) {
    if (scope.computed.has(name.text)) continue;
    scope.computed.set(name.text, scope.session.evaluate(scope, value));
  }
}
