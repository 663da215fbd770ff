/** What one norm's check keeps in one mode: shared by its own scope and those of the norms and functions it calls. */
import { diagnostic, type Report } from "../diagnostics/diagnostic.ts";
import type { Expr, FunctionDecl, NormDecl } from "../syntax/ast.ts";
import { maxDiagnostics } from "../syntax/limits.ts";
import type { AxisSet } from "../tensor/axes.ts";
import type { GraphFactor, Node } from "../tensor/graph.ts";
import type { Declarations } from "./declare.ts";
import type { Scope, Value } from "./scope.ts";

/** What the norms of all files know of each other; filled in the order of their calls. */
export interface Known {
  readonly declarations: Map<NormDecl, Declarations>;
  /** Norms and functions with mistakes: calls of them say nothing more. */
  readonly broken: Set<NormDecl | FunctionDecl>;
  readonly withModes: Set<NormDecl>;
}

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

export function createSession(
  outer: Declarations,
  known: Known,
  evaluate: Session["evaluate"],
  report: Report,
): Session {
  let errors = 0;
  const session: Session = {
    outer,
    known,
    evaluate,
    report: (one) => {
      if (one.severity === "error") errors += 1;
      if (errors >= maxDiagnostics) session.stopped = true;
      report(one);
    },
    depth: 0,
    calls: 0,
    stopped: false,
    functionResults: new Map(),
    callingFunctions: new Set(),
    calling: new Set([outer.decl]),
    hoisted: new Map(),
    updates: new Map(),
    splits: new Map(),
  };
  return session;
}

/** Each level takes several frames of the stack; a text that a person wrote stays far below. */
const maxDepth = 250;
/** Norms that call norms twice, and these again, come to 2^n calls; nothing that can be run needs this many. */
const maxCalls = 20_000;
const maxNodes = 20_000;

/** Goes one level down; false where the norm is given up. Whoever goes down comes up again by `leave`. */
export function enter(session: Session): boolean {
  session.depth += 1;
  if (session.depth <= maxDepth) return !session.stopped;
  stop(session, `its calls and expressions are nested more than ${maxDepth} deep`);
  return false;
}

export function leave(session: Session): void {
  session.depth -= 1;
}

/** Counts a call of a function or norm; false where there are too many. */
export function countCall(session: Session): boolean {
  session.calls += 1;
  if (session.calls > maxCalls) stop(session, `its calls call more than ${maxCalls} functions and norms`);
  return !session.stopped;
}

/** Values are numbered as they are made, so that one of them tells how many there are. */
export function countNodes(session: Session, value: Value): void {
  if (value !== undefined && value.id > maxNodes)
    stop(session, `it comes to more than ${maxNodes} operations`);
}

function stop(session: Session, reason: string): void {
  if (session.stopped) return;
  session.stopped = true;
  const { name } = session.outer.decl;
  session.report(diagnostic("N104", `\`${name.text}\` is too large: ${reason}`, name.span));
}
