/**
 * A norm called by a norm. Its body is read in place. The caller's values replace its tensors and params, and the
 * caller's axes replace its axes. The value of the call is its first output.
 */

import { isSubset } from "../../../graph/tensor/axes.ts";
import type { Node } from "../../../graph/tensor/graph.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import type { CallExpr, NormDecl } from "../../syntax/ast.ts";
import { axisNames, tensorFactors } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import { initialNode } from "../declarations/initial.ts";
import { hasOwnBackward } from "../declarations/updates.ts";
import type { Declared } from "../modules/modules.ts";
import { evaluateEquations, lookup } from "../scope/equations.ts";
import { namesIn } from "../scope/reading-order.ts";
import type { Scope, Value } from "../scope/scope.ts";
import { countCall, countNodes } from "../scope/session.ts";
import { type Bound, bindArguments } from "./bind-arguments.ts";
import { type AxisBinding, bindAxes } from "./bind-axes.ts";
import { inheritStates, stateNode, updateStates } from "./call-states.ts";

export function callNorm(scope: Scope, expr: CallExpr, norm: Declared<NormDecl>): Value {
  const { session } = scope;
  const name = expr.callee.text;
  if (scope.inFunction) {
    const note = "call it in the norm and pass the result as an argument";
    const message = `\`${name}\` is a norm: a function works element by element and cannot call it`;
    scope.report(diagnostic("N411", message, expr.span, { note }));
    return undefined;
  }
  if (session.calling.has(norm.decl)) {
    const direct = norm.decl === scope.declarations.decl;
    const message = `the norm \`${name}\` calls itself${direct ? "" : " through another norm"}`;
    // Reported directly, so that it does not count as a mistake of the calls in between.
    session.report(diagnostic("N206", message, expr.span));
    return undefined;
  }
  if (expr.over !== undefined) {
    scope.report(
      diagnostic("N403", `\`${name}\` is a norm: its axes come from its operands`, expr.span, {
        note: `leave out \`over …\`: \`${name}(x)\``,
      }),
    );
    return undefined;
  }
  const callee = session.known.declarations.get(norm.decl);
  if (callee === undefined || session.known.broken.has(norm.decl)) {
    readOperands(scope, expr);
    return undefined;
  }
  if (scope.mode !== "infer" && hasOwnBackward(callee)) {
    const message = `\`${name}\` has an \`on backward\` block, and cannot be called`;
    const note = "its backward pass is that of a whole norm; write its equations out here";
    scope.report(diagnostic("N430", message, expr.span, { note }));
    return undefined;
  }
  if (!countCall(session)) return undefined;
  const bound = bindArguments(scope, expr, callee);
  if (bound === undefined) return undefined;
  const binding = bindAxes({ scope, expr, callee, args: bound.nodes });
  if (binding.kind === "split") session.splits.set(binding.factor, binding.into);
  if (binding.kind !== "bound") return undefined;
  const { axes } = binding;
  inheritStates(scope, callee, bound.states);
  const given = givenValues(scope, expr, callee, bound, axes);
  if (given === undefined) return undefined;

  const found: Diagnostic[] = [];
  const inner: Scope = {
    ...scope,
    module: norm.module,
    declarations: callee,
    report: (one) => found.push(one),
    given,
    computed: new Map(),
    factorsOf: (factor) => axes.get(factor) ?? [],
    states: bound.states,
    outermostCall: scope.outermostCall ?? expr,
    used: new Set(),
  };
  session.calling.add(norm.decl);
  const value = readBody(inner);
  if (scope.mode === "train") updateStates(inner);
  session.calling.delete(norm.decl);
  countNodes(session, value);
  if (session.stopped || (value !== undefined && !hasErrors(found)))
    return session.stopped ? undefined : value;
  // If the norm's own check found no mistake, it fails here because of its operands.
  if (found.length > 0) {
    const message = `\`${name}\` cannot be called with these operands: ${found[0].message}`;
    scope.report(diagnostic("N307", message, expr.span));
  }
  return undefined;
}

/** Also if the norm is unknown, mistakes in its operands are reported. */
function readOperands(scope: Scope, expr: CallExpr): void {
  for (const one of expr.arguments) scope.session.evaluate(scope, one);
  for (const { value } of expr.settings) scope.session.evaluate(scope, value);
}

function readBody(inner: Scope): Value {
  const { outputs, updates } = inner.declarations;
  const written = inner.mode === "train" ? updates.forward.flatMap((one) => [...namesIn(one.value)]) : [];
  const names = [...outputs.slice(0, 1).map((one) => one.name), ...written];
  evaluateEquations(inner, names);
  return outputs.length === 0 ? undefined : lookup(inner, outputs[0].name, outputs[0].span);
}

function givenValues(
  scope: Scope,
  expr: CallExpr,
  callee: Declarations,
  bound: Bound,
  axes: AxisBinding,
): Map<string, Value> | undefined {
  const g = scope.builder;
  const given = new Map<string, Value>();
  for (const param of callee.params.values()) {
    const argument = bound.nodes.get(param.name);
    if (argument !== undefined && argument.node.axes.length > 0) {
      const has = axisNames(scope.session.outer.axes, argument.node.axes).join(", ");
      const message = `the param \`${param.name}\` is a single number, but this has the axes ${has}`;
      scope.report(diagnostic("N408", message, argument.span));
      return undefined;
    }
    const extent = param.kind === "extent" ? g.size(axes.get(param.name) ?? []) : undefined;
    given.set(param.name, extent ?? argument?.node ?? g.literal(param.initial));
  }
  for (const tensor of callee.tensors.values()) {
    const factors = tensorFactors(callee, tensor.dims).flatMap((factor) => axes.get(factor) ?? []);
    const argument = bound.nodes.get(tensor.name);
    if (tensor.role === "state") {
      const call = { expr, callee, states: bound.states, axes, given };
      const state = stateNode(scope, call, tensor, factors);
      if (state === undefined) return undefined;
      given.set(tensor.name, state);
    } else if (argument === undefined) {
      const start = initialNode(
        g,
        tensor.initial ?? 0,
        (names) => g.size(tensorFactors(callee, names).flatMap((factor) => axes.get(factor) ?? [])),
        (name) => given.get(name) as Node,
      );
      given.set(tensor.name, start);
    } else if (!isSubset(argument.node.axes, factors)) {
      const extra = argument.node.axes.filter((one) => !factors.includes(one));
      const names = axisNames(scope.session.outer.axes, extra).join(", ");
      const message = `\`${tensor.name}\` of \`${expr.callee.text}\` has no axis \`${names}\``;
      scope.report(diagnostic("N307", message, argument.span));
      return undefined;
    } else {
      given.set(tensor.name, argument.node);
    }
  }
  return given;
}
