/**
 * A scope: one norm's body being read in one mode. Equations are read after those that they use, so their order in
 * the text does not matter. The type of an expression is the axis set of its node: checking *is* building the graph.
 */
import { diagnostic, type Report, type Span } from "../diagnostics/diagnostic.ts";
import type { Mode } from "../program/program.ts";
import type { AxisRef } from "../syntax/ast.ts";
import { everyExpr } from "../syntax/walk.ts";
import type { AxisSet } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node } from "../tensor/graph.ts";
import { resolveAxis } from "./axes.ts";
import type { Declarations, Equation } from "./declare.ts";
import type { Module } from "./modules.ts";
import { namesIn, usedFirst } from "./order.ts";
import type { Session } from "./session.ts";
import { reportUnknown } from "./unknown.ts";

/** Undefined stands for an expression that was reported already: what uses it says nothing more. */
export type Value = Node | undefined;

export interface Scope {
  readonly module: Module;
  readonly declarations: Declarations;
  readonly mode: Mode | null;
  readonly builder: GraphBuilder;
  readonly session: Session;
  readonly report: Report;
  /** Set in the body of a function, which knows its parameters and nothing else. */
  readonly inFunction?: true;
  /** Values known from outside the equations: params and tensors, and in a function its parameters. */
  readonly given: ReadonlyMap<string, Value>;
  readonly computed: Map<string, Value>;
  /** Factors of the outermost norm that a factor of this norm stands for. */
  readonly factorsOf: (factor: string) => AxisSet;
  /** This norm's states, and what they are called in the outermost norm. */
  readonly states: ReadonlyMap<string, string>;
  /** Names that were looked up, to find the unused ones. */
  readonly used: Set<string>;
}

const constants = new Map([
  ["inf", Number.POSITIVE_INFINITY],
  ["pi", Math.PI],
]);

export function lookup(scope: Scope, name: string, span: Span): Value {
  scope.used.add(name);
  if (scope.given.has(name)) return scope.given.get(name);
  // Read before what uses it: see `evaluateEquations`.
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

/**
 * Reads the equations behind `names`, each after those that it uses: none waits for another, so that a chain of
 * thousands is no nesting.
 */
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
        note: "equations may stand in any order, but not in a circle",
      }),
    );
    scope.computed.set(text, undefined);
  });
  for (const { name, value } of order) {
    if (scope.computed.has(name.text)) continue;
    scope.computed.set(name.text, scope.session.evaluate(scope, value));
  }
}

/** The factors of the outermost norm under an axis as this norm names it. */
export function axisFactors(scope: Scope, ref: AxisRef): AxisSet | undefined {
  if (scope.inFunction) {
    const message = `a function works element by element: it has no axis \`${ref.name.text}\``;
    const note = "reduce in the norm and pass the result as an argument";
    scope.report(diagnostic("N301", message, ref.span, { note }));
    return undefined;
  }
  const found = resolveAxis(ref, scope.declarations.axes, scope.report);
  return found?.flatMap((factor) => scope.factorsOf(factor));
}
