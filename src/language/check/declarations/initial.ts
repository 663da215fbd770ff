/** Initial values of affines and states: constants, or expressions of sizes and params. */

import { operators } from "../../../graph/operators/operators.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import type { GraphAxis, Node } from "../../../graph/tensor/graph.ts";
import type { InitialValue } from "../../../program/initial-value.ts";
import { diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { AxisRef, BinaryOperator, CallExpr, Expr } from "../../syntax/ast.ts";
import { resolveAxis } from "./axes.ts";
import { binaryOperators } from "./infix.ts";

/** What an initial value can name. */
export interface InitialNames {
  readonly axes: readonly GraphAxis[];
  /** Every param that is declared. */
  readonly params: ReadonlySet<string>;
}

type Arithmetic = Exclude<InitialValue, number | { size: unknown } | { param: unknown }>["op"];

/** Sizes have the names of axes or parts, as in brackets. Anything else than sizes, params and arithmetic is N408. */
export function readInitial(expr: Expr, names: InitialNames, report: Report): InitialValue | undefined {
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "negate": {
      const value = readInitial(expr.operand, names, report);
      if (typeof value === "number") return -value;
      return value && { op: "-", of: [0, value] };
    }
    case "binary": {
      const left = readInitial(expr.left, names, report);
      const right = readInitial(expr.right, names, report);
      if (left === undefined || right === undefined) return undefined;
      if (typeof left === "number" && typeof right === "number") {
        const { op, swapped } = binaryOperators[expr.operator];
        return swapped ? operators[op].f64(right, left, 0) : operators[op].f64(left, right, 0);
      }
      if (isArithmetic(expr.operator)) return { op: expr.operator, of: [left, right] };
      reportNot(expr, report);
      return undefined;
    }
    case "call":
      if (expr.callee.text === "size") return readSize(expr, names, report);
      reportNot(expr, report);
      return undefined;
    case "name": {
      const { text } = expr.name;
      if (!names.params.has(text)) {
        reportNot(expr, report);
        return undefined;
      }
      const isPart = names.axes.some((axis) => axis.factors.some((one) => one.name === text));
      return isPart ? { size: [text] } : { param: text };
    }
    case "axis":
    case "at":
      reportNot(expr, report);
      return undefined;
    case "gap":
      return undefined;
  }
}

function isArithmetic(operator: BinaryOperator): operator is Arithmetic {
  return ["+", "-", "*", "/", "^"].includes(operator);
}

function reportNot(expr: Expr, report: Report): void {
  const note = "an initial value can have only numbers, params, sizes such as `size(D)`, and `+ - * / ^`";
  report(diagnostic("N408", "this cannot be an initial value", expr.span, { note }));
}

function readSize(expr: CallExpr, { axes }: InitialNames, report: Report): InitialValue | undefined {
  const refs = expr.arguments.map((one): AxisRef | undefined => {
    if (one.kind === "axis") return one.axis;
    return one.kind === "name" ? { name: one.name, variadic: false, span: one.span } : undefined;
  });
  if (refs.length === 0 || refs.includes(undefined) || expr.over !== undefined || expr.settings.length > 0) {
    report(diagnostic("N401", "`size` takes axes: `size(N, ...S)`", expr.span));
    return undefined;
  }
  const found = refs.map((one) => resolveAxis(one!, axes, report));
  if (found.includes(undefined)) return undefined;
  const factors = found.flatMap((one) => one!);
  const twice = factors.findIndex((one, i) => factors.indexOf(one) < i);
  if (twice >= 0) {
    report(diagnostic("N302", `the axis \`${factors[twice]}\` is listed twice`, expr.span));
    return undefined;
  }
  return { size: refs.map((one) => one!.name.text) };
}

/** The same value with other names: of its sizes, and in place of its params. */
export function renamed(
  initial: InitialValue,
  size: (names: readonly string[]) => readonly string[],
  param: (name: string) => InitialValue | undefined,
): InitialValue | undefined {
  if (typeof initial === "number") return initial;
  if ("size" in initial) return { size: size(initial.size) };
  if ("param" in initial) return param(initial.param);
  const [a, b] = initial.of.map((one) => renamed(one, size, param));
  return a === undefined || b === undefined ? undefined : { op: initial.op, of: [a, b] };
}

/** The value as a node of the graph. */
export function initialNode(
  g: GraphBuilder,
  initial: InitialValue,
  size: (names: readonly string[]) => Node,
  param: (name: string) => Node,
): Node {
  if (typeof initial === "number") return g.literal(initial);
  if ("size" in initial) return size(initial.size);
  if ("param" in initial) return param(initial.param);
  const [a, b] = initial.of.map((one) => initialNode(g, one, size, param));
  return g.map(binaryOperators[initial.op].op, a, b);
}

/** The params that it depends on. */
export function paramsIn(initial: InitialValue): string[] {
  if (typeof initial === "number" || "size" in initial) return [];
  return "param" in initial ? [initial.param] : initial.of.flatMap(paramsIn);
}
