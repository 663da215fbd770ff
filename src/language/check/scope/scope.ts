/**
 * A scope: the body of one norm, read in one mode. The type of an expression is the axis set of its node: checking *is*
 * building the graph. A session: the state that the scopes of one norm and of all its calls share.
 */

import type { AxisSet } from "../../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import type { GraphFactor, Node } from "../../../graph/tensor/graph.ts";
import type { InitialValue } from "../../../program/initial-value.ts";
import type { Mode } from "../../../program/program.ts";
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { AxisRef, CallExpr, Expr, FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import { resolveAxis } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { Module } from "../modules/modules.ts";

/** Undefined means that a mistake in the expression was already reported. Its users cause no further messages. */
export type Value = Node | undefined;

export interface Scope {
  readonly module: Module;
  readonly declarations: Declarations;
  readonly mode: Mode | null;
  readonly builder: GraphBuilder;
  readonly session: Session;
  readonly report: Report;
  /** Set in the body of a function, which only knows its parameters. */
  readonly inFunction?: true;
  /** Values from outside the equations: params and tensors, or the parameters of a function. */
  readonly given: ReadonlyMap<string, Value>;
  readonly computed: Map<string, Value>;
  /** The factors of the outermost norm that a factor of this norm stands for. */
  readonly factorsOf: (factor: string) => AxisSet;
  /** This norm's states, and those of norms that it calls if its caller gave them, with their names in the outermost norm. */
  readonly states: ReadonlyMap<string, string>;
  /** The call in the text of the outermost norm that led here. Undefined in that norm itself. */
  readonly outermostCall?: CallExpr;
  /** Names that were looked up, to find the unused ones. */
  readonly used: Set<string>;
}

/** The states that a norm has through the norms that it calls: by name, the norm that declares each. */
export type InnerStates = Map<NormDecl, Map<string, NormDecl>>;

/** Facts about norms of all files that the checks of their callers need. Filled in the order of calls. */
export interface Known {
  readonly declarations: Map<NormDecl, Declarations>;
  /** Norms and functions with mistakes. Calls of them cause no further messages. */
  readonly broken: Set<NormDecl | FunctionDecl>;
  readonly withModes: Set<NormDecl>;
  readonly innerStates: InnerStates;
  readonly record?: Recorder | undefined;
}

/** Called with the value of each expression that has one, in every norm or function that is read. */
export type Recorder = (scope: Scope, expr: Expr, value: Node) => void;

export interface HoistedState {
  readonly factors: AxisSet;
  readonly initial: InitialValue;
  /** The norm that declares it. */
  readonly norm: NormDecl;
}

export interface Session {
  /** The declarations of the norm that is being checked. */
  readonly outer: Declarations;
  readonly known: Known;
  /** Reads an expression. Passed as a field, because a direct import would be circular. */
  readonly evaluate: (scope: Scope, expr: Expr) => Value;
  /** The current nesting depth of expressions, functions and norms. */
  depth: number;
  /** The number of calls of functions and norms so far. */
  calls: number;
  /** Set when the norm is given up as too large. Then nothing more is read or reported. */
  stopped: boolean;
  /** Results by function and operands. Without it, functions that call functions twice would take 2^n steps. */
  readonly functionResults: Map<string, Node | undefined>;
  readonly callingFunctions: Set<FunctionDecl>;
  /** The norms being called, to detect a norm that calls itself. */
  readonly calling: Set<NormDecl>;
  /** States of called norms that became states of this one. */
  readonly hoisted: Map<string, HoistedState>;
  /** New values of states, of this norm and of called norms. */
  readonly updates: Map<string, Node>;
  /** Axes that a called norm splits. The check starts again with them split. */
  readonly splits: Map<string, readonly GraphFactor[]>;
  /** Reports to the norm that is being checked, whichever file is being read. */
  readonly report: Report;
}

/** The factors of the outermost norm for an axis that this norm names. */
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
