/**
 * A scope: one norm's body being read in one mode. The type of an expression is the axis set of its node: checking *is*
 * building the graph. A session: what the scopes of one norm and of all that it calls share.
 */

import type { AxisSet } from "../../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import type { GraphFactor, Node } from "../../../graph/tensor/graph.ts";
import type { Mode } from "../../../program/program.ts";
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { AxisRef, Expr, FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import { resolveAxis } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { Module } from "../modules/modules.ts";

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

/** What the norms of all files know of each other; filled in the order of their calls. */
export interface Known {
  readonly declarations: Map<NormDecl, Declarations>;
  /** Norms and functions with mistakes: calls of them say nothing more. */
  readonly broken: Set<NormDecl | FunctionDecl>;
  readonly withModes: Set<NormDecl>;
  readonly record?: Recorder | undefined;
}

/** Told the value of each expression that has one, whatever norm or function is being read. */
export type Recorder = (scope: Scope, expr: Expr, value: Node) => void;

export interface Session {
  /** The declarations of the norm that is being checked. */
  readonly outer: Declarations;
  readonly known: Known;
  /** Reads an expression; handed down, so that calls need not import what imports them. */
  readonly evaluate: (scope: Scope, expr: Expr) => Value;
  /** How deep the reading of expressions, functions and norms is nested now. */
  depth: number;
  /** Functions and norms called so far. */
  calls: number;
  /** Set when the norm is given up as too large: nothing more is read or reported. */
  stopped: boolean;
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
  /** To the norm that is being checked, whatever is being read for it. */
  readonly report: Report;
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
