/**
 * A norm called by a norm. Its body is read in place, with the caller's values for its tensors and params and the
 * caller's axes for its own; the value of the call is its first output.
 */
import { type Diagnostic, diagnostic, hasErrors, type Span } from "../diagnostics/diagnostic.ts";
import type { CallExpr, Name, NormDecl } from "../syntax/ast.ts";
import { type AxisSet, isSubset } from "../tensor/axes.ts";
import type { Node } from "../tensor/graph.ts";
import { type AxisBinding, bindAxes } from "./bind.ts";
import type { Declarations, DeclaredTensor } from "./declare.ts";
import { type Declared, suggestion } from "./modules.ts";
import { lookup, type Scope, type Value } from "./scope.ts";

interface Argument {
  readonly node: Node;
  readonly span: Span;
}

export function callNorm(scope: Scope, expr: CallExpr, norm: Declared<NormDecl>): Value {
  const { session } = scope;
  const callee = session.declarationsOf(norm);
  const name = expr.callee.text;
  if (session.calling.has(norm.decl)) {
    scope.report(diagnostic("N206", `the norm \`${name}\` calls itself`, expr.span));
    return undefined;
  }
  if (expr.over !== undefined) {
    scope.report(diagnostic("N403", `\`${name}\` is a norm: its axes come from its operands`, expr.span));
    return undefined;
  }
  const bound = bindArguments(scope, expr, callee);
  if (bound === undefined) return undefined;
  const axes = bindAxes(scope, expr, callee, bound.nodes);
  if (axes === undefined) return undefined;

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
    used: new Set(),
  };
  session.calling.add(norm.decl);
  const output = callee.outputs[0];
  const value = output && lookup(inner, output.name, output.span);
  if (scope.mode === "train") updateStates(scope, expr, inner, bound.states);
  session.calling.delete(norm.decl);
  if (value === undefined || hasErrors(found)) {
    const reason = found.length > 0 ? `: ${found[0].message}` : "";
    scope.report(diagnostic("N307", `\`${name}\` cannot be used on these operands${reason}`, expr.span));
    return undefined;
  }
  return value;
}

interface Bound {
  /** Values for inputs, affines and params, by the callee's names. */
  readonly nodes: ReadonlyMap<string, Argument>;
  /** The caller's states for the callee's. */
  readonly states: Map<string, string>;
}

/** Inputs by position, everything by name behind the semicolon. */
function bindArguments(scope: Scope, expr: CallExpr, callee: Declarations): Bound | undefined {
  const nodes = new Map<string, Argument>();
  const states = new Map<string, string>();
  const inputs = [...callee.tensors.values()].filter((one) => one.role === "input");
  let sound = true;
  if (expr.arguments.length > inputs.length) {
    scope.report(
      diagnostic(
        "N401",
        `\`${expr.callee.text}\` has ${inputs.length} inputs, not ${expr.arguments.length}`,
        expr.span,
      ),
    );
    return undefined;
  }
  expr.arguments.forEach((one, i) => {
    const node = scope.session.evaluate(scope, one);
    if (node === undefined) sound = false;
    else nodes.set(inputs[i].name, { node, span: one.span });
  });
  for (const setting of expr.settings) {
    const name = setting.name;
    if (name === undefined) {
      scope.report(diagnostic("N402", "name what this is for: `eps = …`", setting.value.span));
      return undefined;
    }
    if (nodes.has(name.text) || states.has(name.text)) {
      scope.report(diagnostic("N202", `\`${name.text}\` is given twice`, name.span));
      return undefined;
    }
    const tensor = callee.tensors.get(name.text);
    if (tensor === undefined && !callee.params.has(name.text)) {
      reportUnknownSetting(scope, expr, callee, name);
      sound = false;
    } else if (tensor?.role === "state") {
      const own = setting.value.kind === "name" ? scope.states.get(setting.value.name.text) : undefined;
      if (own !== undefined && setting.value.kind === "name") {
        scope.used.add(setting.value.name.text);
        states.set(name.text, own);
      } else {
        scope.report(
          diagnostic("N411", `\`${name.text}\` is a state: give it a state of this norm`, setting.value.span),
        );
        sound = false;
      }
    } else {
      const node = scope.session.evaluate(scope, setting.value);
      if (node === undefined) sound = false;
      else nodes.set(name.text, { node, span: setting.value.span });
    }
  }
  const missing = inputs.find((one) => !nodes.has(one.name));
  if (sound && missing !== undefined) {
    scope.report(
      diagnostic("N401", `\`${expr.callee.text}\` needs its input \`${missing.name}\``, expr.span),
    );
    return undefined;
  }
  return sound ? { nodes, states } : undefined;
}

function reportUnknownSetting(scope: Scope, expr: CallExpr, callee: Declarations, name: Name): void {
  const names = [...callee.tensors.keys(), ...callee.params.keys()];
  const message = `\`${expr.callee.text}\` has no tensor or param \`${name.text}\``;
  scope.report(diagnostic("N402", message, name.span, suggestion(name.text, names, name.span)));
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
      scope.report(
        diagnostic("N408", `the param \`${param.name}\` is one number, not a tensor`, argument.span),
      );
      return undefined;
    }
    const extent = param.kind === "extent" ? g.size(axes.get(param.name) ?? []) : undefined;
    given.set(param.name, extent ?? argument?.node ?? g.literal(param.initial));
  }
  for (const tensor of callee.tensors.values()) {
    const factors = tensorFactors(callee, tensor).flatMap((factor) => axes.get(factor) ?? []);
    const argument = bound.nodes.get(tensor.name);
    if (tensor.role === "state") {
      const state = stateNode(scope, expr, tensor, factors, bound.states);
      if (state === undefined) return undefined;
      given.set(tensor.name, state);
    } else if (argument === undefined) {
      given.set(tensor.name, g.literal(tensor.initial ?? 0));
    } else if (!isSubset(argument.node.axes, factors)) {
      const extra = argument.node.axes.filter((one) => !factors.includes(one));
      scope.report(
        diagnostic(
          "N307",
          `\`${tensor.name}\` of \`${expr.callee.text}\` has no axis \`${extra.join(", ")}\``,
          argument.span,
        ),
      );
      return undefined;
    } else {
      given.set(tensor.name, argument.node);
    }
  }
  return given;
}

export function tensorFactors(declarations: Declarations, tensor: DeclaredTensor): string[] {
  return tensor.dims.flatMap((dim) => {
    const axis = declarations.axes.find((one) => one.name === dim);
    return axis === undefined ? [dim] : axis.factors.map((one) => one.name);
  });
}

/** A state that the call does not bind becomes a state of the outermost norm, under its own name. */
function stateNode(
  scope: Scope,
  expr: CallExpr,
  tensor: DeclaredTensor,
  factors: AxisSet,
  states: Map<string, string>,
): Value {
  const { session } = scope;
  const outerName = states.get(tensor.name);
  if (outerName !== undefined) return scope.builder.input(outerName, factors);
  if (
    session.hoisted.has(tensor.name) ||
    scope.given.has(tensor.name) ||
    session.outer.equations.has(tensor.name)
  ) {
    scope.report(
      diagnostic(
        "N202",
        `the state \`${tensor.name}\` of \`${expr.callee.text}\` would be defined twice`,
        expr.span,
        {
          note: `declare a state and pass it: \`; ${tensor.name} = …\``,
        },
      ),
    );
    return undefined;
  }
  session.hoisted.set(tensor.name, { factors, initial: tensor.initial ?? 0 });
  states.set(tensor.name, tensor.name);
  return scope.builder.input(tensor.name, factors);
}

function updateStates(scope: Scope, expr: CallExpr, inner: Scope, states: ReadonlyMap<string, string>): void {
  for (const update of inner.declarations.updates) {
    const state = states.get(update.state.text);
    const value = scope.session.evaluate(inner, update.value);
    if (state === undefined || value === undefined) continue;
    if (scope.session.updates.has(state)) {
      scope.report(diagnostic("N410", `the state \`${state}\` is updated twice`, expr.span));
    }
    scope.session.updates.set(state, value);
  }
}
