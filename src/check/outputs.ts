/** Outputs: their axes, and the order in which they lie in memory. */
import { diagnostic, type Span } from "../diagnostics/diagnostic.ts";
import { everyExpr } from "../syntax/walk.ts";
import { type AxisSet, isSubset, minus, sameAxes, union } from "../tensor/axes.ts";
import type { GraphTensor, Node } from "../tensor/graph.ts";
import { tensorFactors } from "./compose.ts";
import type { Declarations, DeclaredOutput } from "./declare.ts";
import { findEquation, lookup, type Scope } from "./scope.ts";

export function outputTensor(
  scope: Scope,
  output: DeclaredOutput,
): { declared: GraphTensor; value: Node } | undefined {
  const { declarations } = scope;
  const equation = findEquation(scope, output.name);
  if (equation === undefined && scope.given.has(output.name)) {
    scope.report(
      diagnostic("N411", `\`${output.name}\` is given, not computed`, output.span, {
        note: "an output is an equation of its own: `y = x`",
      }),
    );
    return undefined;
  }
  const value = lookup(scope, output.name, output.span);
  if (value === undefined) return undefined;
  const factorsOf = (dims: readonly string[]): string[] =>
    tensorFactors(declarations, { name: output.name, role: "input", dims, span: output.span });

  const allowed = output.dims === undefined ? fittingInput(declarations, value.axes) : factorsOf(output.dims);
  if (!isSubset(value.axes, allowed)) {
    const extra = minus(value.axes, allowed);
    const into = output.dims === undefined ? "no input" : `\`${output.name}\``;
    scope.report(
      diagnostic(
        "N304",
        `this brings the axis \`${extra[0]}\`, which ${into} has with the others`,
        culprit(scope, output.name, extra[0]) ?? output.span,
        {
          labels: [{ span: output.span, text: `stored into \`${output.name}\`` }],
          note: `if that is meant, give the output its axes: \`output ${output.name}[${value.axes.join(", ")}]\``,
        },
      ),
    );
    return undefined;
  }
  const dims = output.dims ?? dimsOf(declarations, value.axes);
  return { declared: { name: output.name, role: "output", dims, factors: factorsOf(dims) }, value };
}

/** The axes of the input that has most of these: what an output without brackets may have. */
function fittingInput(declarations: Declarations, axes: AxisSet): AxisSet {
  const inputs = [...declarations.tensors.values()].filter((one) => one.role === "input");
  const sets = inputs.map((one) => tensorFactors(declarations, one));
  const shared = (set: AxisSet): number => axes.filter((one) => set.includes(one)).length;
  return sets.reduce<AxisSet>((best, set) => (shared(set) > shared(best) ? set : best), sets[0] ?? []);
}

/** The layout of the first input with just these axes, else the order of the `axes` line. */
export function dimsOf(declarations: Declarations, axes: AxisSet): readonly string[] {
  for (const tensor of declarations.tensors.values()) {
    if (tensor.role === "input" && sameAxes(tensorFactors(declarations, tensor), axes)) return tensor.dims;
  }
  return declarations.axes.flatMap((axis) => {
    const factors = axis.factors.map((one) => one.name);
    const present = union(
      factors,
      factors.filter((one) => axes.includes(one)),
    );
    return present.length === factors.length ? [axis.name] : present;
  });
}

/** The tensor in an equation (or in what it uses) that brings an axis. */
export function culprit(
  scope: Scope,
  name: string,
  axis: string,
  seen = new Set<string>(),
): Span | undefined {
  const equation = findEquation(scope, name);
  if (equation === undefined || seen.has(name)) return undefined;
  seen.add(name);
  for (const expr of everyExpr(equation.value)) {
    if (expr.kind !== "name" || expr.name.text === name) continue;
    const given = scope.given.get(expr.name.text);
    if (given?.axes.includes(axis)) return expr.span;
    const inside = given === undefined ? culprit(scope, expr.name.text, axis, seen) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}
