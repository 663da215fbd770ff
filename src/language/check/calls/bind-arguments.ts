/** Binds the arguments of a norm call to the callee's tensors, params and states. */

import type { Node } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { quoted, suggestion } from "../../diagnostics/suggestion.ts";
import type { CallExpr, Name } from "../../syntax/ast.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { Scope } from "../scope/scope.ts";
import { stateNames } from "./call-states.ts";

export interface Argument {
  readonly node: Node;
  readonly span: Span;
}

export interface Bound {
  /** Values of inputs, affines and params, by the callee's names. */
  readonly nodes: ReadonlyMap<string, Argument>;
  /** The outermost norm's state for each state of the callee, and of the norms that it calls, that is given. */
  readonly states: Map<string, string>;
}

/** Inputs are given by position, everything else by name after the semicolon. */
export function bindArguments(scope: Scope, expr: CallExpr, callee: Declarations): Bound | undefined {
  const nodes = new Map<string, Argument>();
  const states = new Map<string, string>();
  const inputs = [...callee.tensors.values()].filter((one) => one.role === "input").map((one) => one.name);
  if (expr.arguments.length > inputs.length) {
    const plural = inputs.length === 1 ? "input" : "inputs";
    const message = `\`${expr.callee.text}\` has ${inputs.length} ${plural}, not ${expr.arguments.length}`;
    const note = `the ${plural}: ${quoted(inputs)}; give everything else by name, after a semicolon`;
    scope.report(diagnostic("N401", message, expr.span, { note }));
    return undefined;
  }
  const stateOfCallee = stateNames(scope.session, callee);
  let sound = true;
  expr.arguments.forEach((one, i) => {
    const node = scope.session.evaluate(scope, one);
    if (node === undefined) sound = false;
    else nodes.set(inputs[i], { node, span: one.span });
  });
  const given = new Set(inputs.slice(0, expr.arguments.length));
  for (const { name, value } of expr.settings) {
    if (name === undefined) {
      const note = "write `name = …`, with the name of a tensor or param";
      const message = `an argument after the semicolon needs a name: \`${expr.callee.text}\` cannot tell what this is for`;
      scope.report(diagnostic("N402", message, value.span, { note }));
      sound = false;
      continue;
    }
    if (given.has(name.text)) {
      scope.report(diagnostic("N202", `\`${name.text}\` is given twice`, name.span));
      sound = false;
      continue;
    }
    given.add(name.text);
    if (stateOfCallee.has(name.text)) {
      const own = value.kind === "name" ? scope.states.get(value.name.text) : undefined;
      if (own !== undefined && value.kind === "name") {
        scope.used.add(value.name.text);
        states.set(name.text, own);
      } else {
        const message = `\`${name.text}\` is a state: give it a state of this norm`;
        const note = `declare one: \`state ${name.text}[…] = 0\``;
        scope.report(diagnostic("N411", message, value.span, { note }));
        sound = false;
      }
    } else if (!callee.tensors.has(name.text) && !callee.params.has(name.text)) {
      reportUnknownSetting(scope, expr, callee, name);
      sound = false;
    } else {
      const node = scope.session.evaluate(scope, value);
      if (node === undefined) sound = false;
      else nodes.set(name.text, { node, span: value.span });
    }
  }
  const missing = inputs.find((one) => !given.has(one));
  if (missing !== undefined) {
    scope.report(diagnostic("N401", `\`${expr.callee.text}\` needs its input \`${missing}\``, expr.span));
    return undefined;
  }
  return sound ? { nodes, states } : undefined;
}

function reportUnknownSetting(scope: Scope, expr: CallExpr, callee: Declarations, name: Name): void {
  const inner = scope.session.known.innerStates.get(callee.decl)?.keys() ?? [];
  const names = [...callee.tensors.keys(), ...callee.params.keys(), ...inner];
  const message = `\`${expr.callee.text}\` has no tensor or param \`${name.text}\``;
  scope.report(diagnostic("N402", message, name.span, suggestion(name.text, names, name.span)));
}
