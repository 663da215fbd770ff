/**
 * A scope: one norm's body being read in one mode. Equations are read when they are first needed, so their order in
 * the text does not matter. The type of an expression is the axis set of its node: checking *is* building the graph.
 */
import { diagnostic, type Report, type Span } from "../diagnostics/diagnostic.ts";
import type { Mode } from "../program/program.ts";
import type { AxisRef } from "../syntax/ast.ts";
import type { AxisSet } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node } from "../tensor/graph.ts";
import { type Declarations, type Equation, resolveAxis } from "./declare.ts";
import { type Module, suggestion } from "./modules.ts";
import type { Session } from "./session.ts";

/** Undefined stands for an expression that was reported already: what uses it says nothing more. */
export type Value = Node | undefined;

export interface Scope {
  readonly module: Module;
  readonly declarations: Declarations;
  readonly mode: Mode | null;
  readonly builder: GraphBuilder;
  readonly session: Session;
  readonly report: Report;
  /** Values known from outside the equations: params and tensors, and in a function its parameters. */
  readonly given: ReadonlyMap<string, Value>;
  readonly computed: Map<string, Value | "pending">;
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

/** Reading an equation inside an equation inside …: beyond this the text is no spec that a person wrote. */
const maxDepth = 400;

export function lookup(scope: Scope, name: string, span: Span): Value {
  scope.used.add(name);
  if (scope.given.has(name)) return scope.given.get(name);
  const equation = findEquation(scope, name);
  if (equation !== undefined) return evaluateEquation(scope, equation, span);
  const constant = constants.get(name);
  if (constant !== undefined) return scope.builder.literal(constant);
  reportUnknown(scope, name, span);
  return undefined;
}

export function findEquation(scope: Scope, name: string): Equation | undefined {
  const { equations, modeEquations } = scope.declarations;
  return equations.get(name) ?? (scope.mode === null ? undefined : modeEquations[scope.mode].get(name));
}

export function evaluateEquation(scope: Scope, equation: Equation, span: Span): Value {
  const name = equation.name.text;
  const known = scope.computed.get(name);
  if (known === "pending") {
    scope.report(
      diagnostic("N206", `\`${name}\` depends on itself`, span, {
        labels: span === equation.name.span ? [] : [{ span: equation.name.span, text: "defined here" }],
        note: "equations may stand in any order, but not in a circle",
      }),
    );
    return undefined;
  }
  if (scope.computed.has(name)) return known;
  if (scope.session.depth >= maxDepth) {
    scope.report(
      diagnostic("N104", "these equations are nested too deeply", span, {
        note: "define a name before it is used",
      }),
    );
    return undefined;
  }
  scope.computed.set(name, "pending");
  scope.session.depth += 1;
  const value = scope.session.evaluate(scope, equation.value);
  scope.session.depth -= 1;
  scope.computed.set(name, value);
  return value;
}

/** The factors of the outermost norm under an axis as this norm names it. */
export function axisFactors(scope: Scope, ref: AxisRef): AxisSet | undefined {
  const found = resolveAxis(ref, scope.declarations.axes, scope.report);
  return found?.flatMap((factor) => scope.factorsOf(factor));
}

function reportUnknown(scope: Scope, name: string, span: Span): void {
  const { declarations, mode } = scope;
  const other = mode === "train" ? "infer" : "train";
  if (mode !== null && declarations.modeEquations[other].has(name)) {
    scope.report(
      diagnostic("N405", `\`${name}\` is not defined in mode \`${mode}\``, span, {
        labels: [
          {
            span: (declarations.modeEquations[other].get(name) as Equation).name.span,
            text: `only in mode \`${other}\``,
          },
        ],
      }),
    );
    return;
  }
  const axis = declarations.axes.some(
    (one) => one.name === name || one.factors.some((part) => part.name === name),
  );
  if (axis) {
    scope.report(
      diagnostic("N411", `\`${name}\` is an axis, not a value`, span, {
        note: `\`size(${name})\` is its extent, \`index(${name})\` the coordinate along it`,
      }),
    );
    return;
  }
  const names = [
    ...scope.given.keys(),
    ...declarations.equations.keys(),
    ...(mode === null ? [] : declarations.modeEquations[mode].keys()),
  ];
  scope.report(
    diagnostic("N201", `there is nothing called \`${name}\``, span, suggestion(name, names, span)),
  );
}
