/** What one norm's check keeps in one mode: shared by its own scope and those of the norms and functions it calls. */
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Expr, FunctionDecl, NormDecl } from "../syntax/ast.ts";
import type { AxisSet } from "../tensor/axes.ts";
import type { GraphFactor, Node } from "../tensor/graph.ts";
import { type Declarations, declare } from "./declare.ts";
import type { Declared } from "./modules.ts";
import type { Scope, Value } from "./scope.ts";

export interface Session {
  /** The declarations of the norm that is being checked. */
  readonly outer: Declarations;
  /** Reads an expression; handed down, so that calls need not import what imports them. */
  readonly evaluate: (scope: Scope, expr: Expr) => Value;
  /** How deep the reading of equations and functions is nested now. */
  depth: number;
  /** Results of functions by function and operands: without it, functions that call functions twice take 2^n steps. */
  readonly functionResults: Map<string, Node | undefined>;
  readonly callingFunctions: Set<FunctionDecl>;
  /** Norms being called, to see a norm that calls itself. */
  readonly calling: Set<NormDecl>;
  /** States of called norms that became states of this one. */
  readonly hoisted: Map<string, { readonly factors: AxisSet; readonly initial: number }>;
  /** New values of states, its own and those of called norms. */
  readonly updates: Map<string, Node>;
  /** Axes that a called norm splits: the check starts over with them split. */
  readonly splits: Map<string, readonly GraphFactor[]>;
  declarationsOf(norm: Declared<NormDecl>): Declarations;
}

const silent: Report = () => {};

export function createSession(outer: Declarations, evaluate: Session["evaluate"]): Session {
  const known = new Map<NormDecl, Declarations>();
  return {
    outer,
    evaluate,
    depth: 0,
    functionResults: new Map(),
    callingFunctions: new Set(),
    calling: new Set([outer.decl]),
    hoisted: new Map(),
    updates: new Map(),
    splits: new Map(),
    // Without reporting: a norm's own check reports what is wrong with it.
    declarationsOf: (norm) => {
      const found = known.get(norm.decl) ?? declare(norm.decl, silent);
      known.set(norm.decl, found);
      return found;
    },
  };
}
