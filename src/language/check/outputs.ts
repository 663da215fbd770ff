/** Outputs: their axes, and the order of these in memory. */

import { type AxisSet, minus, sameAxes, union } from "../../graph/tensor/axes.ts";
import type { GraphTensor, Node } from "../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../diagnostics/diagnostic.ts";
import { quoted } from "../diagnostics/suggestion.ts";
import type { Expr } from "../syntax/ast.ts";
import { everyExpr } from "../syntax/walk.ts";
import { axisNames, tensorFactors } from "./declarations/axes.ts";
import type { Declarations } from "./declarations/declare.ts";
import type { DeclaredOutput } from "./declarations/tensors.ts";
import { findEquation, lookup } from "./scope/equations.ts";
import type { Scope } from "./scope/scope.ts";

export function outputTensor(
  scope: Scope,
  output: DeclaredOutput,
): { declared: GraphTensor; value: Node } | undefined {
  const { declarations } = scope;
  const equation = findEquation(scope, output.name);
  if (equation === undefined && scope.given.has(output.name)) {
    scope.report(
      diagnostic("N411", `\`${output.name}\` is given to the norm and cannot be its output`, output.span, {
        note: "an output needs an equation of its own, such as `y = x`",
      }),
    );
    return undefined;
  }
  const value = lookup(scope, output.name, output.span);
  if (value === undefined) return undefined;
  const { axes } = declarations;
  const wanted = axisNames(axes, value.axes).join(", ");
  if (output.dims !== undefined) {
    const factors = tensorFactors(declarations, output.dims);
    const lost = minus(value.axes, factors);
    if (lost.length > 0) {
      const message = `\`${output.name}\` has the axis \`${axisNames(axes, lost)[0]}\`, which these brackets leave out`;
      const note = `list all its axes: \`output ${output.name}[${wanted}]\`, in any order`;
      scope.report(diagnostic("N309", message, output.span, { note }));
      return undefined;
    }
    return { declared: declaredAs(output, output.dims, factors), value };
  }
  const fitting = fittingInput(declarations, value.axes);
  const extra = minus(value.axes, fitting.factors);
  if (extra.length > 0) {
    const input = `${fitting.name}[${axisNames(axes, fitting.factors).join(", ")}]`;
    const message = `this adds the axis \`${axisNames(axes, extra)[0]}\` to \`${output.name}\`, but the input \`${input}\` does not have it`;
    scope.report(
      diagnostic("N304", message, culprit(scope, output.name, extra[0]) ?? output.span, {
        labels: [
          { span: output.span, text: `\`${output.name}\` would have ${quoted(axisNames(axes, value.axes))}` },
        ],
        note: `to store it with this axis, give the output its axes: \`output ${output.name}[${wanted}]\``,
      }),
    );
    return undefined;
  }
  const dims = dimsOf(declarations, value.axes);
  const factors = tensorFactors(declarations, dims);
  return { declared: declaredAs(output, dims, factors), value };
}

function declaredAs(
  { name, dtype }: DeclaredOutput,
  dims: readonly string[],
  factors: readonly string[],
): GraphTensor {
  return { name, role: "output", dims, factors, ...(dtype === undefined ? {} : { dtype }) };
}

/** The input that has most of these axes: a good layout to suggest for an output without brackets. */
function fittingInput(declarations: Declarations, axes: AxisSet): { name: string; factors: AxisSet } {
  const inputs = [...declarations.tensors.values()].filter((one) => one.role === "input");
  const sets = inputs.map(({ name, dims }) => ({ name, factors: tensorFactors(declarations, dims) }));
  const shared = (set: AxisSet): number => axes.filter((one) => set.includes(one)).length;
  const none = { name: "", factors: [] };
  return sets.reduce(
    (best, one) => (shared(one.factors) > shared(best.factors) ? one : best),
    sets[0] ?? none,
  );
}

/** The layout of the first input with exactly these axes, else the order of the `axes` line. */
export function dimsOf(declarations: Declarations, axes: AxisSet): readonly string[] {
  for (const tensor of declarations.tensors.values()) {
    if (tensor.role === "input" && sameAxes(tensorFactors(declarations, tensor.dims), axes))
      return tensor.dims;
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

/**
 * The tensor in an equation, or in one that it uses, that brings in an axis. Chains can be thousands long: no
 * recursion.
 */
export function culprit(scope: Scope, name: string, axis: string): Span | undefined {
  const seen = new Set<string>();
  const open: Iterator<Expr>[] = [];
  const enter = (equation: string): void => {
    const found = seen.has(equation) ? undefined : findEquation(scope, equation);
    seen.add(equation);
    if (found !== undefined) open.push(everyExpr(found.value));
  };
  enter(name);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { value: expr, done } = top.next();
    if (done) open.pop();
    else if (expr.kind === "name") {
      const given = scope.given.get(expr.name.text);
      if (given?.axes.includes(axis)) return expr.span;
      if (given === undefined) enter(expr.name.text);
    }
  }
  return undefined;
}
