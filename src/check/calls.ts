/** Calls of operators and functions. */
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { type Operator, operators } from "../operators/operators.ts";
import type { CallExpr, FunctionDecl } from "../syntax/ast.ts";
import type { Node } from "../tensor/graph.ts";
import type { Declared } from "./modules.ts";
import type { Scope, Value } from "./scope.ts";

export function callOperator(scope: Scope, expr: CallExpr, op: Operator): Value {
  const args = evaluateArguments(scope, expr, operators[op].arity);
  return args && scope.builder.map(op, ...args);
}

/** A function is read anew with its operands in place of its parameters; it sees nothing else of the caller. */
export function callFunction(scope: Scope, expr: CallExpr, fn: Declared<FunctionDecl>): Value {
  const { decl, module } = fn;
  const args = evaluateArguments(scope, expr, decl.parameters.length);
  if (args === undefined) return undefined;
  const key = `${module.file.source.path} ${decl.name.text}(${args.map((one) => one.id).join(",")})`;
  const { session } = scope;
  if (session.functionResults.has(key)) return session.functionResults.get(key);
  if (session.callingFunctions.has(decl)) {
    scope.report(diagnostic("N207", `the function \`${decl.name.text}\` calls itself`, expr.span));
    return undefined;
  }
  const given = new Map(decl.parameters.map((parameter, i) => [parameter.text, args[i]]));
  session.callingFunctions.add(decl);
  const inner: Scope = {
    ...scope,
    module,
    given,
    computed: new Map(),
    used: new Set(),
    declarations: {
      ...scope.declarations,
      axes: [],
      equations: new Map(),
      modeEquations: { train: new Map(), infer: new Map() },
    },
  };
  const value = session.evaluate(inner, decl.body);
  session.callingFunctions.delete(decl);
  session.functionResults.set(key, value);
  return value;
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

export function checkNoSettings(scope: Scope, expr: CallExpr): void {
  if (expr.settings.length === 0) return;
  const message = `\`${expr.callee.text}\` takes nothing behind a semicolon`;
  scope.report(diagnostic("N402", message, expr.settings[0].value.span));
}
