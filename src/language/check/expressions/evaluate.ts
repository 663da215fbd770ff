/** Evaluates expressions: from syntax to nodes. */

import type { Node } from "../../../graph/tensor/graph.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { BinaryOperator, CallExpr, Expr } from "../../syntax/ast.ts";
import { callNorm } from "../calls/call-norm.ts";
import { binaryOperators } from "../declarations/infix.ts";
import { calleeOf } from "../scope/callee.ts";
import { lookup } from "../scope/equations.ts";
import type { Scope, Value } from "../scope/scope.ts";
import { enter, leave } from "../scope/session.ts";
import { reportUnknownCall } from "../scope/unknown.ts";
import { callFunction, callOperator } from "./call-function.ts";
import { meansReduction, reportMissingAxes } from "./missing-axes.ts";
import { callAxisForm, callReduction, elementAt } from "./reductions.ts";
import { warnZeroDivisor } from "./zero-divisors.ts";

export function evaluate(scope: Scope, expr: Expr): Value {
  const value = enter(scope.session) ? read(scope, expr) : undefined;
  leave(scope.session);
  record(scope, expr, value);
  return value;
}

function record(scope: Scope, expr: Expr, value: Value): void {
  if (value !== undefined) scope.session.known.record?.(scope, expr, value);
}

function read(scope: Scope, expr: Expr): Value {
  const g = scope.builder;
  switch (expr.kind) {
    case "number":
      return g.literal(expr.value);
    case "name":
      return lookup(scope, expr.name.text, expr.span);
    case "axis":
      scope.report(
        diagnostic("N411", `\`...${expr.axis.name.text}\` stands for axes and is not a value`, expr.span, {
          note: `their extent is \`size(...${expr.axis.name.text})\``,
        }),
      );
      return undefined;
    case "gap":
      return undefined;
    case "negate": {
      const value = evaluate(scope, expr.operand);
      return value && g.map("neg", value);
    }
    case "binary":
      return chain(scope, expr);
    case "at":
      return elementAt(scope, expr);
    case "call":
      return call(scope, expr);
  }
}

/** `a + b + c + …` is a tree that leans to the left. A loop reads it, so a long one does not nest calls. */
function chain(scope: Scope, expr: Expr): Value {
  const links: Extract<Expr, { kind: "binary" }>[] = [];
  let first = expr;
  for (; first.kind === "binary"; first = first.left) links.push(first);
  let value = evaluate(scope, first);
  for (const link of links.reverse()) {
    const right = evaluate(scope, link.right);
    if (right !== undefined && link.operator === "/") warnZeroDivisor(scope, right, link.right.span);
    value = value && right && combine(scope, link.operator, value, right);
    if (link !== expr) record(scope, link, value);
  }
  return value;
}

function combine(scope: Scope, operator: BinaryOperator, left: Node, right: Node): Node {
  const { op, swapped } = binaryOperators[operator];
  return swapped ? scope.builder.map(op, right, left) : scope.builder.map(op, left, right);
}

function call(scope: Scope, expr: CallExpr): Value {
  const callee = calleeOf(scope.module, expr);
  switch (callee.kind) {
    case "norm":
      return callNorm(scope, expr, callee.norm);
    case "function":
      return callFunction(scope, expr, callee.fn);
    case "operator":
      if (meansReduction(scope, expr)) {
        reportMissingAxes(scope, expr);
        return undefined;
      }
      return callOperator(scope, expr, callee.operator);
    case "reduction":
      return callReduction(scope, expr);
    case "axisForm":
      return callAxisForm(scope, expr, callee.form);
    case "axesMissing":
      reportMissingAxes(scope, expr);
      return undefined;
    case "unknown":
      reportUnknownCall(scope, expr);
      return undefined;
  }
}
