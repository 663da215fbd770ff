/** Starts a session, and gives up norms that are too large. */
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

/** Each level takes several stack frames. Texts written by people stay far below this. */
const maxDepth = 250;
/** Norms that call norms twice, which do so again, make 2^n calls. No usable norm needs this many. */
const maxCalls = 20_000;
const maxNodes = 20_000;

/** Goes one level down; false if the norm is given up. Call `leave` to come up again. */
export function enter(session: Session): boolean {
  session.depth += 1;
  if (session.depth <= maxDepth) return !session.stopped;
  stop(session, `its calls and expressions are nested more than ${maxDepth} deep`);
  return false;
}

export function leave(session: Session): void {
  session.depth -= 1;
}

/** Counts a call of a function or norm; false if there are too many. */
export function countCall(session: Session): boolean {
  session.calls += 1;
  if (session.calls > maxCalls)
    stop(session, `it makes more than ${maxCalls} calls, counting those inside called functions and norms`);
  return !session.stopped;
}

/** Values have ascending numbers, so the number of one tells how many there are. */
export function countNodes(session: Session, value: Value): void {
  if (value !== undefined && value.id > maxNodes) stop(session, `it has more than ${maxNodes} operations`);
}

function stop(session: Session, reason: string): void {
  if (session.stopped) return;
  session.stopped = true;
  const { name } = session.outer.decl;
  session.report(diagnostic("N104", `\`${name.text}\` is too large: ${reason}`, name.span));
}
