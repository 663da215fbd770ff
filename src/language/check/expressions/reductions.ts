/** Expressions that name axes: `mean(x over N)`, `standardize(x over K; eps)`, `size(N)`, `index(M)`, `w[M = 0]`. */

import { isOperator, operators } from "../../../graph/operators/operators.ts";
import { type AxisSet, isSubset, minus, union } from "../../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import { type Node, type Place, reachable } from "../../../graph/tensor/graph.ts";
import { fewCoordinates, pickForm } from "../../../graph/tensor/pick-forms.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { AxisRef, CallExpr, Expr } from "../../syntax/ast.ts";
import { axisNames, maxExtent } from "../declarations/axes.ts";
import { axisFactors, type Scope, type Value } from "../scope/scope.ts";
import { reportMissingAxes } from "./missing-axes.ts";
import { reductionSettings } from "./reduction-settings.ts";
import { isWhole, windowsAlong } from "./windows.ts";

/** Makes a reduction of the graph: over whole axes, or over a window along them. */
type Reduce = (op: "sum" | "mean" | "var" | "max" | "min", arg: Node) => Node;

/** Builds the reductions of the language from those of the graph. */
export const reductions: Readonly<Record<string, (g: GraphBuilder, reduce: Reduce, arg: Node) => Node>> = {
  sum: (_, reduce, arg) => reduce("sum", arg),
  mean: (_, reduce, arg) => reduce("mean", arg),
  var: (_, reduce, arg) => reduce("var", arg),
  max: (_, reduce, arg) => reduce("max", arg),
  min: (_, reduce, arg) => reduce("min", arg),
  // Built from sums, so that with no elements `any` is 0 and `all` is 1.
  any: (g, reduce, arg) => g.map("lt", g.literal(0), reduce("sum", isTrue(g, arg))),
  all: (g, reduce, arg) => g.map("eq", reduce("sum", g.map("eq", arg, g.literal(0))), g.literal(0)),
  count: (g, reduce, arg) => reduce("sum", isTrue(g, arg)),
};

function isTrue(g: GraphBuilder, arg: Node): Node {
  return g.map("ne", arg, g.literal(0));
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
    reportMissingAxes(scope, expr);
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
  const { weight, eps } = settings?.values ?? {};
  const reduced =
    settings === undefined || arg === undefined ? undefined : union(g.factors, arg.axes, weight?.axes ?? []);
  const over = reducedAxes(scope, expr.over, reduced, expr.arguments[0]);
  if (arg === undefined || settings === undefined || over === undefined) return undefined;
  const windows = settings.reaches === null ? null : windowsAlong(scope, expr.over, settings.reaches);
  if (windows === undefined) return undefined;
  const reduce: Reduce = (op, of) =>
    windows === null || windows.every(isWhole) ? g.reduce(op, of, over, weight) : g.window(op, [of], windows);
  if (!isStandardize) return reductions[name](g, reduce, arg);
  if (eps === undefined) return undefined;
  const centred = g.sub(arg, reduce("mean", arg));
  return g.mul(centred, g.map("rsqrt", g.add(reduce("var", arg), eps)));
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
  use: "reduced" | "picked from" = "reduced",
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
        diagnostic("N303", `what is ${use} has no axis \`${text}\``, ref.span, {
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

/** `w[M = 0]`, `gamma[Classes = label]`, `x[P = 1 - index(P)]` */
export function elementAt(scope: Scope, expr: Extract<Expr, { kind: "at" }>): Value {
  const g = scope.builder;
  const target = scope.session.evaluate(scope, expr.target);
  const over = reducedAxes(scope, [expr.axis], target?.axes, expr.target, "picked from");
  if (target === undefined || over === undefined) return undefined;
  const index = scope.session.evaluate(scope, expr.index);
  if (index === undefined) return undefined;
  const value = constantIn(index);
  const extent = knownExtent(scope, over);
  const name = expr.axis.name.text;
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value < (extent ?? maxExtent))) {
    const has =
      extent !== undefined
        ? `\`${name}\` has indices 0 to ${extent - 1}`
        : value >= maxExtent
          ? "no axis is that long"
          : `\`${name}\` has no such place`;
    scope.report(diagnostic("N105", `there is no index ${value}: ${has}`, expr.index.span));
    return undefined;
  }
  const at = placesOf(g, over, value === undefined ? index : g.literal(value));
  if (pickForm(g, at, (factor) => knownExtent(scope, [factor])) === undefined) {
    scope.report(
      diagnostic(
        "N413",
        `this index varies along \`${name}\` in a way that has no gradient`,
        expr.index.span,
        {
          note: `along \`${name}\` itself, an index can be \`index(${name})\` with a sum or a difference, or anything if the extent is fixed to at most ${fewCoordinates}`,
        },
      ),
    );
    return undefined;
  }
  return g.pick(target, at);
}

/** The value of an index of literals. Undefined for any other. */
function constantIn(index: Node): number | undefined {
  const values = new Map<Node, number>();
  for (const node of reachable([index])) {
    if (node.kind === "literal") values.set(node, node.value);
    else if (node.kind === "map") {
      const [a, b, c] = node.args.map((one) => values.get(one) as number);
      values.set(node, operators[node.op].f64(a, b, c));
    } else return undefined;
  }
  return values.get(index);
}

/**
 * The places along the factors of an axis, the slowest first. Half a step is added before a division, because WGSL may
 * round the quotient of whole numbers to below a whole one. What is not whole stays so along the last factor.
 */
function placesOf(g: GraphBuilder, over: AxisSet, index: Node): Place[] {
  let above = index;
  const places: Place[] = [];
  for (let i = over.length - 1; i > 0; i--) {
    const size = g.size([over[i]]);
    const half = g.add(above, g.literal(0.5));
    const next = g.map("floor", g.div(half, size));
    places.unshift({ axis: over[i], index: g.sub(above, g.mul(next, size)) });
    above = next;
  }
  return [{ axis: over[0], index: above }, ...places];
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
