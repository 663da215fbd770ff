/** Calls of operators and functions. */

import { type Operator, operators } from "../../../graph/operators/operators.ts";
import type { Node } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { CallExpr, FunctionDecl } from "../../syntax/ast.ts";
import type { Declared } from "../modules/modules.ts";
import type { Scope, Value } from "../scope/scope.ts";
import { countCall, countNodes } from "../scope/session.ts";

export function callOperator(scope: Scope, expr: CallExpr, op: Operator): Value {
  const args = evaluateArguments(scope, expr, operators[op].arity);
  return args && scope.builder.map(op, ...args);
}

/**
 * Reads the body of a function again for each call, with operands for its parameters. It sees nothing else of the
 * caller.
 */
export function callFunction(scope: Scope, expr: CallExpr, fn: Declared<FunctionDecl>): Value {
  const { decl, module } = fn;
  // If the function was half read, some of its parameters may be missing.
  const isHalfRead = module.file.gaps.items.has(decl);
  const args = evaluateArguments(scope, expr, isHalfRead ? expr.arguments.length : decl.parameters.length);
  if (args === undefined || scope.session.known.broken.has(decl)) return undefined;
  const key = `${module.file.source.path} ${decl.name.text}(${args.map((one) => one.id).join(",")})`;
  const { session } = scope;
  if (session.functionResults.has(key)) return session.functionResults.get(key);
  if (session.callingFunctions.has(decl)) {
    scope.report(
      diagnostic("N207", `the function \`${decl.name.text}\` calls itself`, expr.span, {
        labels: [{ span: decl.name.span, text: "defined here" }],
        note: "a function is expanded where it is called, so such a call would never end",
      }),
    );
    return undefined;
  }
  if (!countCall(session)) return undefined;
  // A mistake found in a function that ships with the language is the caller's.
  const report: Report = module.builtIn
    ? (one) => scope.report({ ...one, span: expr.span, labels: [] })
    : scope.report;
  session.callingFunctions.add(decl);
  const value = session.evaluate(functionScope({ ...scope, report }, fn, args), decl.body);
  session.callingFunctions.delete(decl);
  session.functionResults.set(key, value);
  countNodes(session, value);
  return value;
}

export function functionScope(scope: Scope, fn: Declared<FunctionDecl>, args: readonly Node[]): Scope {
  return {
    ...scope,
    module: fn.module,
    inFunction: true,
    given: new Map(fn.decl.parameters.map((parameter, i) => [parameter.text, args[i]])),
    computed: new Map(),
    states: new Map(),
    used: new Set(),
    declarations: {
      ...scope.declarations,
      axes: [],
      broken: new Set(),
      equations: new Map(),
      backwardEquations: new Map(),
      modeEquations: { train: new Map(), infer: new Map() },
    },
  };
}

function evaluateArguments(scope: Scope, expr: CallExpr, count: number): Node[] | undefined {
  checkNoSettings(scope, expr);
  const values = expr.arguments.map((one) => scope.session.evaluate(scope, one));
  if (values.length !== count) {
    const plural = count === 1 ? "operand" : "operands";
    scope.report(
      diagnostic("N401", `\`${expr.callee.text}\` takes ${count} ${plural}, not ${values.length}`, expr.span),
    );
    return undefined;
  }
  return values.every((one): one is Node => one !== undefined) ? values : undefined;
}

function checkNoSettings(scope: Scope, expr: CallExpr): void {
  if (expr.settings.length === 0) return;
  const { name, value } = expr.settings[0];
  const message = `\`${expr.callee.text}\` takes no arguments after a semicolon`;
  scope.report(diagnostic("N402", message, name?.span ?? value.span));
}
