/** The states of a called norm: each is a state of the outermost norm, given by name or new there. */

import { type AxisSet, isSubset } from "../../../graph/tensor/axes.ts";
import type { Node } from "../../../graph/tensor/graph.ts";
import type { InitialValue } from "../../../program/initial-value.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import { axisNames, tensorFactors } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import { renamed } from "../declarations/initial.ts";
import type { DeclaredTensor } from "../declarations/tensors.ts";
import type { Scope, Session, Value } from "../scope/scope.ts";

export interface StateCall {
  readonly expr: CallExpr;
  readonly callee: Declarations;
  /** The outermost norm's state for each state of the called norm. New ones are added. */
  readonly states: Map<string, string>;
  /** The factors of the outermost norm that its factors stand for. */
  readonly axes: ReadonlyMap<string, AxisSet>;
  /** Its params, as values of the outermost norm. */
  readonly given: ReadonlyMap<string, Value>;
}

/** The names of all states that a norm has by itself or through the norms that it calls. */
export function stateNames({ known }: Session, callee: Declarations): Set<string> {
  const own = [...callee.tensors.values()].filter((one) => one.role === "state").map((one) => one.name);
  return new Set([...own, ...(known.innerStates.get(callee.decl)?.keys() ?? [])]);
}

/**
 * Adds the states that a call around this one gives. In a called norm, a state that this call does not give is one that
 * the called norm has through it, so a call around it may have given it by that name.
 */
export function inheritStates(scope: Scope, callee: Declarations, states: Map<string, string>): void {
  if (scope.outermostCall === undefined) return;
  for (const name of stateNames(scope.session, callee)) {
    const state = scope.states.get(name);
    if (state !== undefined && !states.has(name)) states.set(name, state);
  }
}

/**
 * The value of a state that the called norm declares. If neither this call nor a call around it gives the state, it
 * becomes a state of the outermost norm, under its own name. Undefined if it cannot: the mistake is reported.
 *
 * Only the text of the outermost norm can mend such a mistake, so it is reported at the call there.
 * @param scope of the caller.
 * @param factors the axes of the state, as factors of the outermost norm.
 */
export function stateNode(
  scope: Scope,
  stateCall: StateCall,
  tensor: DeclaredTensor,
  factors: AxisSet,
): Node | undefined {
  const { session } = scope;
  const { expr, callee, states } = stateCall;
  const { name } = tensor;
  const bound = states.get(name);
  if (bound !== undefined) return boundState(scope, expr, name, bound, factors);
  if (isTaken(scope, name)) {
    const call = scope.outermostCall ?? expr;
    const message = `the state \`${name}\` of \`${expr.callee.text}\` has a name that is already taken here`;
    const why = session.hoisted.has(name) ? "each call needs a state of its own; " : "";
    const note = `${why}declare a state for it and pass that: \`${call.callee.text}(…; ${name} = …)\``;
    session.report(diagnostic("N202", message, call.span, { note }));
    return undefined;
  }
  const initial = initialOutside(stateCall, tensor);
  if (initial === undefined) {
    const message = `the initial value of the state \`${name}\` of \`${expr.callee.text}\` depends on a computed value here`;
    const note = `declare a state for it and pass that: \`${expr.callee.text}(…; ${name} = …)\``;
    scope.report(diagnostic("N408", message, expr.span, { note }));
    return undefined;
  }
  session.hoisted.set(name, { factors, initial, norm: callee.decl });
  states.set(name, name);
  return scope.builder.input(name, factors);
}

/** The initial value in names of the outermost norm; undefined if a param that it needs is a computed value there. */
function initialOutside(
  { callee, axes, given }: StateCall,
  tensor: DeclaredTensor,
): InitialValue | undefined {
  return renamed(
    tensor.initial ?? 0,
    (names) => tensorFactors(callee, names).flatMap((factor) => axes.get(factor) ?? []),
    (name) => {
      const node = given.get(name);
      if (node?.kind === "literal") return node.value;
      if (node?.kind === "param") return { param: node.param };
      return node?.kind === "size" ? { size: node.over } : undefined;
    },
  );
}

function boundState(
  { session, builder, outermostCall }: Scope,
  expr: CallExpr,
  name: string,
  bound: string,
  factors: AxisSet,
): Node | undefined {
  const { outer } = session;
  const own = outer.tensors.get(bound);
  const has = own === undefined ? session.hoisted.get(bound)?.factors : tensorFactors(outer, own.dims);
  if (has !== undefined && isSubset(has, factors) && isSubset(factors, has)) return builder.input(bound, has);
  const axes = axisNames(outer.axes, factors).join(", ");
  const message = `the state \`${name}\` of \`${expr.callee.text}\` has other axes than \`${bound}\``;
  const note = `here it needs \`${bound}${axes === "" ? "" : `[${axes}]`}\``;
  session.report(diagnostic("N307", message, (outermostCall ?? expr).span, { note }));
  return undefined;
}

function isTaken({ session }: Scope, name: string): boolean {
  const { hoisted, outer } = session;
  const own = [outer.params, outer.tensors, outer.equations, ...Object.values(outer.modeEquations)];
  return hoisted.has(name) || own.some((one) => one.has(name));
}

/** Reads the new values of the states that a called norm declares. @param inner the scope of the called norm. */
export function updateStates(inner: Scope): void {
  const { session, states, outermostCall } = inner;
  for (const update of inner.declarations.updates.forward) {
    const state = states.get(update.state.text);
    const value = session.evaluate(inner, update.value);
    if (state === undefined || value === undefined) continue;
    if (session.updates.has(state)) {
      const note = "each call needs states of its own";
      const span = outermostCall?.span ?? update.span;
      session.report(diagnostic("N410", `the state \`${state}\` is updated twice`, span, { note }));
    }
    session.updates.set(state, value);
  }
}
