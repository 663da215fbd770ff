/** Expressions in canonical form, with the fewest parentheses that keep the tree. */
import type { AxisRef, CallExpr, Expr } from "../syntax/ast.ts";
import { binding, minusBinding } from "../syntax/expressions.ts";

const atom = 6;

function tightness(expr: Expr): number {
  switch (expr.kind) {
    case "binary":
      return binding[expr.operator];
    case "negate":
      return minusBinding;
    case "number":
    case "name":
    case "axis":
    case "call":
    case "at":
    case "gap":
      return atom;
  }
}

export function formatExpression(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return expr.text;
    case "name":
      return expr.name.text;
    case "axis":
      return formatAxis(expr.axis);
    case "gap":
      throw new Error("a file with a syntax error has no canonical form");
    case "negate":
      return `-${atLeast(minusBinding, expr.operand)}`;
    case "binary": {
      const own = binding[expr.operator];
      if (expr.operator === "^") return `${atLeast(atom, expr.left)}^${atLeast(minusBinding, expr.right)}`;
      // Comparisons do not chain. The other operators group to the left.
      const left = atLeast(own === 1 ? own + 1 : own, expr.left);
      return `${left} ${expr.operator} ${atLeast(own + 1, expr.right)}`;
    }
    case "call":
      return formatCall(expr);
    case "at":
      return `${atLeast(atom, expr.target)}[${formatAxis(expr.axis)} = ${formatExpression(expr.index)}]`;
  }
}

function atLeast(tight: number, expr: Expr): string {
  const text = formatExpression(expr);
  return tightness(expr) < tight ? `(${text})` : text;
}

export function formatAxis(axis: AxisRef): string {
  return axis.variadic ? `...${axis.name.text}` : axis.name.text;
}

export function formatDims(dims: readonly AxisRef[]): string {
  return `[${dims.map(formatAxis).join(", ")}]`;
}

function formatCall(call: CallExpr): string {
  let inside = call.arguments.map(formatExpression).join(", ");
  if (call.over !== undefined) {
    inside += `${inside === "" ? "" : " "}over ${call.over.map(formatAxis).join(", ")}`;
  }
  if (call.settings.length > 0) {
    const settings = call.settings.map(({ name, value }) =>
      name === undefined ? formatExpression(value) : `${name.text} = ${formatExpression(value)}`,
    );
    inside += `; ${settings.join(", ")}`;
  }
  return `${call.callee.text}(${inside})`;
}

/** Prints an equation. If it is too long for one line, it breaks before its loosest operators. */
export function formatEquation(left: string, value: Expr, indent: string, width: number): string[] {
  const line = `${indent}${left} ${formatExpression(value)}`;
  if (line.length <= width || value.kind !== "binary" || value.operator === "^") return [line];
  const own = binding[value.operator];
  if (own === 1) return [line];
  const parts: string[] = [];
  let rest: Expr = value;
  while (rest.kind === "binary" && binding[rest.operator] === own) {
    parts.push(`${indent}  ${rest.operator} ${atLeast(own + 1, rest.right)}`);
    rest = rest.left;
  }
  return [`${indent}${left} ${atLeast(own, rest)}`, ...parts.reverse()];
}
