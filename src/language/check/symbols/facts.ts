/** Records the axes of expressions while a file is checked. */

import type { GraphAxis, Node } from "../../../graph/tensor/graph.ts";
import type { Mode } from "../../../program/program.ts";
import type { Source } from "../../diagnostics/diagnostic.ts";
import type { Expr } from "../../syntax/ast.ts";
import { axisNames } from "../declarations/axes.ts";
import type { Recorder, Scope } from "../scope/scope.ts";
import type { ExpressionFact } from "./symbol.ts";

export interface Facts {
  readonly record: Recorder;
  /** The facts about an expression, one for each mode if they differ. */
  readonly of: (expr: Expr) => readonly ExpressionFact[];
  readonly all: () => readonly ExpressionFact[];
}

/** The value of an expression. It is put in words only when somebody asks, since most are never asked for. */
interface Recorded {
  readonly value: Node;
  readonly axes: readonly GraphAxis[];
}

/** @param source only expressions of this file are recorded. */
export function createFacts(source: Source): Facts {
  const known = new Map<Expr, Map<Mode | null, Recorded>>();
  const of = (expr: Expr): readonly ExpressionFact[] =>
    agreed([...(known.get(expr) ?? [])].map(([mode, recorded]) => factOf(expr, mode, recorded)));
  return {
    record: (scope, expr, value) => {
      if (expr.span.source !== source || !isOwnText(scope)) return;
      const modes = known.get(expr) ?? new Map<Mode | null, Recorded>();
      known.set(expr, modes);
      // When a called norm splits an axis, expressions are read again. The later reading knows more.
      modes.set(scope.mode, { value, axes: scope.session.outer.axes });
    },
    of,
    all: () =>
      [...known.keys()].flatMap(of).sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end),
  };
}

/** False in functions and called norms: they are read with the caller's axes, not with their own. */
function isOwnText(scope: Scope): boolean {
  return scope.inFunction === undefined && scope.declarations.decl === scope.session.outer.decl;
}

function factOf(expr: Expr, mode: Mode | null, { value, axes }: Recorded): ExpressionFact {
  const names = (factors: readonly string[]): string[] => axisNames(axes, factors);
  const sizeOf = value.kind === "size" ? { sizeOf: names(value.over) } : {};
  return { span: expr.span, axes: names(value.axes), ...sizeOf, mode };
}

/** Merges the facts into one if they agree in all modes. */
function agreed(facts: readonly ExpressionFact[]): readonly ExpressionFact[] {
  const [first] = facts;
  if (first === undefined) return [];
  const text = ({ axes, sizeOf }: ExpressionFact): string => JSON.stringify([axes, sizeOf]);
  return facts.length > 1 && facts.every((one) => text(one) === text(first))
    ? [{ ...first, mode: null }]
    : facts;
}
