/** Expressions: syntax to nodes. */
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { isOperator } from "../operators/operators.ts";
import type { CallExpr, Expr } from "../syntax/ast.ts";
import { binaryOperators } from "./binary.ts";
import { callFunction, callOperator } from "./calls.ts";
import { callNorm } from "./compose.ts";
import { warnZeroDivisor } from "./extents.ts";
import { suggestion } from "./modules.ts";
import { callAxisForm, callReduction, elementAt, reductions } from "./reductions.ts";
import { lookup, type Scope, type Value } from "./scope.ts";

export function evaluate(scope: Scope, expr: Expr): Value {
  const g = scope.builder;
  switch (expr.kind) {
    case "number":
      return g.literal(expr.value);
    case "name":
      return lookup(scope, expr.name.text, expr.span);
    case "axis":
      scope.report(diagnostic("N411", `\`...${expr.axis.name.text}\` is an axis, not a value`, expr.span));
      return undefined;
    case "negate": {
      const value = evaluate(scope, expr.operand);
      return value && g.map("neg", value);
    }
    case "binary": {
      const left = evaluate(scope, expr.left);
      const right = evaluate(scope, expr.right);
      if (left === undefined || right === undefined) return undefined;
      if (expr.operator === "/") warnZeroDivisor(scope, right, expr.right.span);
      const { op, swapped } = binaryOperators[expr.operator];
      return swapped ? g.map(op, right, left) : g.map(op, left, right);
    }
    case "at":
      return elementAt(scope, expr);
    case "call":
      return call(scope, expr);
  }
}

const axisForms = ["standardize", "size", "index"];

const builtinForms: readonly string[] = [...Object.keys(reductions), ...axisForms];

function call(scope: Scope, expr: CallExpr): Value {
  const name = expr.callee.text;
  const norm = scope.module.norms.get(name);
  if (norm !== undefined) return callNorm(scope, expr, norm);
  const fn = scope.module.functions.get(name);
  const own = fn !== undefined && fn.module === scope.module;
  if (own && expr.over === undefined) return callFunction(scope, expr, fn);
  if (name === "size" || name === "index") return callAxisForm(scope, expr, name);
  if (expr.over !== undefined || name === "standardize") return callReduction(scope, expr);
  if (fn !== undefined) return callFunction(scope, expr, fn);
  if (isOperator(name)) return callOperator(scope, expr, name);
  if (Object.hasOwn(reductions, name)) {
    scope.report(
      diagnostic("N403", `\`${name}\` needs the axes it runs over`, expr.span, {
        note: `write \`${name}(x over N)\`; of two numbers the larger is \`max(a, b)\``,
      }),
    );
    return undefined;
  }
  const names = [...scope.module.norms.keys(), ...scope.module.functions.keys(), ...builtinForms];
  const span = expr.callee.span;
  scope.report(
    diagnostic("N201", `there is no function or norm \`${name}\``, span, suggestion(name, names, span)),
  );
  return undefined;
}
