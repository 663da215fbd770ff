/** Expressions that name axes: `mean(x over N)`, `standardize(x over K; eps)`, `size(N)`, `index(M)`, `w[M = 0]`. */

import { isOperator } from "../../../graph/operators/operators.ts";
import { type AxisSet, isSubset, minus, union } from "../../../graph/tensor/axes.ts";
import type { Node, ReduceOperator } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { AxisRef, CallExpr, Expr } from "../../syntax/ast.ts";
import { axisNames, maxExtent } from "../declarations/axes.ts";
import { axisFactors, type Scope, type Value } from "../scope/scope.ts";
import { reductionSettings } from "./reduction-settings.ts";

/** Builds the reductions of the language from those of the graph. */
export const reductions: Readonly<Record<string, Reduction>> = {
  sum: reduction("sum"),
  mean: reduction("mean"),
  var: reduction("var"),
  max: reduction("max"),
  min: reduction("min"),
  // Built from sums, so that with no elements `any` is 0 and `all` is 1.
  any: (scope, arg, over) =>
    scope.builder.map("lt", scope.builder.literal(0), scope.builder.reduce("sum", isTrue(scope, arg), over)),
  all: (scope, arg, over) => {
    const isFalse = scope.builder.map("eq", arg, scope.builder.literal(0));
    return scope.builder.map("eq", scope.builder.reduce("sum", isFalse, over), scope.builder.literal(0));
  },
  count: (scope, arg, over) => scope.builder.reduce("sum", isTrue(scope, arg), over),
};

type Reduction = (scope: Scope, arg: Node, over: AxisSet, weight?: Node) => Node;

function reduction(op: ReduceOperator): Reduction {
  return (scope, arg, over, weight) => scope.builder.reduce(op, arg, over, weight);
}

function isTrue(scope: Scope, arg: Node): Node {
  return scope.builder.map("ne", arg, scope.builder.literal(0));
}

/** `mean(x over N, ...S)`, `mean(x over N; weight = w)` and `standardize(x over K; eps)`. */
export function callReduction(scope: Scope, expr: CallExpr): Value {
  const g = scope.builder;
  const name = expr.callee.text;
  const isStandardize = name === "standardize";
  if (!isStandardize && !Object.hasOwn(reductions, name)) {
    const known = isOperator(name) || scope.module.functions.has(name);
    scope.report(
      known
        ? diagnostic("N403", `\`${name}\` works element by element: it takes no axes`, expr.span, {
            note: "leave out `over …`",
          })
        : diagnostic(
            "N201",
            `there is no reduction \`${name}\``,
            expr.callee.span,
            suggestion(name, [...Object.keys(reductions), "standardize"], expr.callee.span),
          ),
    );
    return undefined;
  }
  if (expr.over === undefined || expr.over.length === 0) {
    scope.report(
      diagnostic("N403", `\`${name}\` needs the axes that it runs over`, expr.span, {
        note: `write \`${name}(x over N${isStandardize ? "; eps" : ""})\``,
      }),
    );
    return undefined;
  }
  if (expr.arguments.length !== 1) {
    scope.report(
      diagnostic("N401", `\`${name}\` takes one operand, not ${expr.arguments.length}`, expr.span),
    );
    return undefined;
  }
  const arg = scope.session.evaluate(scope, expr.arguments[0]);
  const settings = reductionSettings(scope, expr);
  const { weight, eps } = settings ?? {};
  const reduced =
    settings === undefined || arg === undefined ? undefined : union(g.factors, arg.axes, weight?.axes ?? []);
  const over = reducedAxes(scope, expr.over, reduced, expr.arguments[0]);
  if (arg === undefined || settings === undefined || over === undefined) return undefined;
  if (!isStandardize) return reductions[name](scope, arg, over, weight);
  if (eps === undefined) return undefined;
  const centred = g.sub(arg, g.reduce("mean", arg, over, weight));
  return g.mul(centred, g.map("rsqrt", g.add(g.reduce("var", arg, over, weight), eps)));
}

/**
 * The axes after `over`. Each must be known, appear once, and be an axis of what is reduced.
 * @param reduced the axes of the operand and its weight; undefined if there was a mistake in them.
 */
function reducedAxes(
  scope: Scope,
  refs: readonly AxisRef[],
  reduced: AxisSet | undefined,
  operand: Expr,
): AxisSet | undefined {
  const over: string[] = [];
  const seen = new Map<string, Span>();
  let sound = true;
  for (const ref of refs) {
    const factors = axisFactors(scope, ref);
    if (factors === undefined) {
      sound = false;
      continue;
    }
    const first = factors.map((factor) => seen.get(factor)).find((span) => span !== undefined);
    if (first !== undefined) {
      scope.report(
        diagnostic("N302", `the axis \`${ref.name.text}\` is reduced twice`, ref.span, {
          labels: [{ span: first, text: "first here" }],
        }),
      );
      sound = false;
      continue;
    }
    for (const factor of factors) seen.set(factor, ref.span);
    if (reduced !== undefined && !isSubset(factors, reduced)) {
      const lost = minus(factors, reduced);
      const { axes } = scope.session.outer;
      const has = reduced.length === 0 ? "it is one number" : `it has ${axisNames(axes, reduced).join(", ")}`;
      const name = lost.length === factors.length ? ref.name.text : axisNames(axes, lost).join(", ");
      const text = ref.variadic ? `...${name}` : name;
      scope.report(
        diagnostic("N303", `what is reduced has no axis \`${text}\``, ref.span, {
          labels: [{ span: operand.span, text: has }],
        }),
      );
      sound = false;
      continue;
    }
    over.push(...factors);
  }
  return sound ? over : undefined;
}

/** `size(N, ...S)` and `index(M)`: their arguments are axes. */
export function callAxisForm(scope: Scope, expr: CallExpr, form: "size" | "index"): Value {
  const refs: AxisRef[] = [];
  for (const one of expr.arguments) {
    if (one.kind === "axis") refs.push(one.axis);
    else if (one.kind === "name") refs.push({ name: one.name, variadic: false, span: one.span });
    else {
      const note = form === "size" ? "write `size(N, ...S)`" : "write `index(N)`";
      scope.report(diagnostic("N411", `\`${form}\` takes the names of axes`, one.span, { note }));
      return undefined;
    }
  }
  if (
    expr.over !== undefined ||
    expr.settings.length > 0 ||
    refs.length === 0 ||
    (form === "index" && refs.length > 1)
  ) {
    const usage = form === "size" ? "`size(N, ...S)`" : "`index(M)`";
    scope.report(
      diagnostic("N401", `\`${form}\` takes ${form === "size" ? "axes" : "one axis"}: ${usage}`, expr.span),
    );
    return undefined;
  }
  const factors = refs.map((ref) => axisFactors(scope, ref));
  if (factors.some((one) => one === undefined)) return undefined;
  const flat = factors.flatMap((one) => one ?? []);
  const twice = refs.find((ref, i) => refs.findIndex((one) => one.name.text === ref.name.text) < i);
  if (twice !== undefined || new Set(flat).size < flat.length) {
    const { name, span } = twice ?? refs[refs.length - 1];
    scope.report(diagnostic("N302", `the axis \`${name.text}\` is listed twice`, span));
    return undefined;
  }
  return form === "size" ? scope.builder.size(flat) : indexOf(scope, flat);
}

/** The coordinate along an axis. Along a split axis, it counts all factors together. */
function indexOf(scope: Scope, factors: AxisSet): Node {
  const g = scope.builder;
  return factors.reduce<Node>(
    (sum, factor) => g.add(g.mul(sum, g.size([factor])), g.index(factor)),
    g.literal(0),
  );
}

/** `w[M = 0]` is a sum in which all terms but one are zero. It needs no node of its own, and no gradient rule. */
export function elementAt(scope: Scope, expr: Extract<Expr, { kind: "at" }>): Value {
  const g = scope.builder;
  const target = scope.session.evaluate(scope, expr.target);
  const over = reducedAxes(scope, [expr.axis], target?.axes, expr.target);
  if (target === undefined || over === undefined) return undefined;
  const { value, span } = expr.index;
  const extent = knownExtent(scope, over);
  if (value >= (extent ?? maxExtent)) {
    const name = expr.axis.name.text;
    const has = extent === undefined ? "no axis is that long" : `\`${name}\` has indices 0 to ${extent - 1}`;
    scope.report(diagnostic("N105", `there is no index ${expr.index.text}: ${has}`, span));
    return undefined;
  }
  const here = g.map("eq", indexOf(scope, over), g.literal(value));
  return g.reduce("sum", g.where(here, target, g.literal(0)), over);
}

/** Undefined if the extents are only known at run time. */
function knownExtent(scope: Scope, over: AxisSet): number | undefined {
  const factors = scope.session.outer.axes.flatMap((one) => one.factors);
  let product = 1;
  for (const name of over) {
    const extent = factors.find((one) => one.name === name)?.extent;
    if (typeof extent !== "number") return undefined;
    product *= extent;
  }
  return product;
}
