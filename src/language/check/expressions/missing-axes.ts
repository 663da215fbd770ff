/** A reduction without `over`: which axes were meant, if they were written as NumPy and PyTorch take them. */
import { isOperator } from "../../../graph/operators/operators.ts";
import { type DiagnosticDetails, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CallExpr, Expr } from "../../syntax/ast.ts";
import type { Scope } from "../scope/scope.ts";

/** Reports N403. */
export function reportMissingAxes(scope: Scope, expr: CallExpr): void {
  const name = expr.callee.text;
  const axes = axesMeant(scope, expr);
  const settings = name === "standardize" ? "; eps" : "";
  const values = isOperator(name) ? `; of two values, \`${name}(a, b)\`` : "";
  const note = `write \`${name}(x over N${settings})\`${values}`;
  const details =
    axes === undefined ? { note } : { note: "they stand behind `over`", ...overFix(expr, axes) };
  scope.report(diagnostic("N403", `\`${name}\` needs the axes that it runs over`, expr.span, details));
}

/** Whether `max(x, C)` is meant as a reduction: `C` is an axis and no value. */
export function meansReduction(scope: Scope, { callee, arguments: given }: CallExpr): boolean {
  if (callee.text !== "max" && callee.text !== "min") return false;
  const [, second] = given;
  return second !== undefined && given.length === 2 && axisNamed(scope, second) !== undefined;
}

function overFix(expr: CallExpr, axes: readonly string[]): Pick<DiagnosticDetails, "fix"> {
  const [first] = expr.arguments;
  const last = expr.arguments.at(-1)!;
  const span = { ...expr.span, start: first!.span.end, end: last.span.end };
  const text = ` over ${axes.join(", ")}`;
  return { fix: { title: `write \`${text.trim()}\``, span, replacement: text } };
}

/** The names behind the operand, or the places of its axes. */
function axesMeant(scope: Scope, { arguments: [operand, ...rest] }: CallExpr): readonly string[] | undefined {
  if (operand === undefined || rest.length === 0) return undefined;
  const names = rest.map((one) => axisNamed(scope, one) ?? axisCounted(scope, operand, one));
  return names.every((one) => one !== undefined) ? names : undefined;
}

function axisNamed({ declarations, given, inFunction }: Scope, expr: Expr): string | undefined {
  if (inFunction) return undefined;
  const name = expr.kind === "name" ? expr.name.text : expr.kind === "axis" ? expr.axis.name.text : undefined;
  if (name === undefined || given.has(name)) return undefined;
  const axis = declarations.axes.find(
    (one) => one.name === name || one.factors.some((factor) => factor.name === name),
  );
  if (axis === undefined) return undefined;
  return axis.variadic ? `...${name}` : name;
}

/** `mean(x, 1)` and `mean(x, -1)`, where `x` is a tensor whose axes are declared. */
function axisCounted({ declarations }: Scope, operand: Expr, place: Expr): string | undefined {
  const dims = operand.kind === "name" ? declarations.tensors.get(operand.name.text)?.dims : undefined;
  const number = place.kind === "negate" ? place.operand : place;
  if (dims === undefined || number.kind !== "number") return undefined;
  const isVariadic = (name: string): boolean =>
    declarations.axes.some((one) => one.variadic && one.name === name);
  const variadic = dims.findIndex(isVariadic);
  const { value } = number;
  const isBehind = place.kind === "negate";
  const isClear = isBehind ? value <= dims.length - 1 - variadic : variadic < 0 || value < variadic;
  const name = isClear ? dims.at(isBehind ? -value : value) : undefined;
  return name;
}
