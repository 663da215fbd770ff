/** How a session begins, and where it gives a norm up as too large. */
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import { maxDiagnostics } from "../../syntax/limits.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { Known, Session, Value } from "./scope.ts";

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
  if (session.calls > maxCalls)
    stop(session, `it makes more than ${maxCalls} calls, counting those inside called functions and norms`);
  return !session.stopped;
}

/** Values are numbered as they are made, so that one of them tells how many there are. */
export function countNodes(session: Session, value: Value): void {
  if (value !== undefined && value.id > maxNodes) stop(session, `it has more than ${maxNodes} operations`);
}

function stop(session: Session, reason: string): void {
  if (session.stopped) return;
  session.stopped = true;
  const { name } = session.outer.decl;
  session.report(diagnostic("N104", `\`${name.text}\` is too large: ${reason}`, name.span));
}
