/** The window of a reduction: `sum(x over C; window = 5)`, `mean(x over T; before = inf)`. */
import { operators } from "../../../graph/operators/operators.ts";
import type { Node, Reach, Window } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import type { AxisRef } from "../../syntax/ast.ts";
import { isExtent, maxExtent } from "../declarations/axes.ts";
import { axisFactors, type Scope } from "../scope/scope.ts";

/** How far a window reaches to both sides, before it is known along which axes. */
export type Reaches = Pick<Window, "before" | "after">;

/** The settings of a reduction that make a window of it. */
export type WindowSetting = "window" | "before" | "after";

type Given<T> = Readonly<Partial<Record<WindowSetting, T>>>;

/** Null if the settings ask for no window, undefined if they were refused. */
export function readReaches(
  scope: Scope,
  given: Given<Node>,
  spans: Given<Span>,
): Reaches | null | undefined {
  const { window, before, after } = given;
  if (window === undefined && before === undefined && after === undefined) return null;
  if (window !== undefined && spans.window !== undefined) {
    const side = spans.before ?? spans.after;
    if (side === undefined) return centred(scope, window, spans.window);
    refuse(scope, "a window is either centred (`window`) or has its own `before` and `after`", side);
    return undefined;
  }
  const side = (setting: "before" | "after"): Reach | undefined => {
    const [value, span] = [given[setting], spans[setting]];
    return value === undefined || span === undefined ? noReach : sideReach(scope, value, span);
  };
  const own = side("before");
  const other = side("after");
  return own && other && { before: own, after: other };
}

const noReach: Reach = { kind: "fixed", count: 0 };

/** Whether a window is the whole axis, from everywhere. */
export function isWhole({ before, after }: Reaches): boolean {
  return before.kind === "all" && after.kind === "all";
}

/** A window of n coordinates: floor((n - 1) / 2) before, ceil((n - 1) / 2) after, as in ONNX's LRN. */
function centred(scope: Scope, node: Node, span: Span): Reaches | undefined {
  const value = read(scope, node, span, "a window is a whole number from 1, or a param");
  if (value === undefined) return undefined;
  if (typeof value !== "number") {
    const of = (share: "lower" | "upper"): Reach => ({ kind: "param", param: value.param, share });
    return { before: of("lower"), after: of("upper") };
  }
  if (!isExtent(value)) {
    refuse(scope, `a window is a whole number from 1 to ${maxExtent}, not ${value}`, span);
    return undefined;
  }
  const count = (value - 1) / 2;
  return {
    before: { kind: "fixed", count: Math.floor(count) },
    after: { kind: "fixed", count: Math.ceil(count) },
  };
}

function sideReach(scope: Scope, node: Node, span: Span): Reach | undefined {
  const value = read(scope, node, span, "a window reaches a whole number of coordinates, `inf` or a param");
  if (value === undefined) return undefined;
  if (typeof value !== "number") return { kind: "param", param: value.param, share: "whole" };
  if (value === Number.POSITIVE_INFINITY) return { kind: "all" };
  if (value === 0 || isExtent(value)) return { kind: "fixed", count: value };
  refuse(scope, `a window reaches a whole number of coordinates from 0 to ${maxExtent}, not ${value}`, span);
  return undefined;
}

function read(
  scope: Scope,
  value: Node,
  span: Span,
  wanted: string,
): number | { readonly param: string } | undefined {
  if (value.kind === "param") return { param: value.param };
  const constant = constantOf(value);
  if (constant === undefined) refuse(scope, wanted, span);
  return constant;
}

/** The value of an expression of numbers. */
function constantOf(node: Node): number | undefined {
  if (node.kind === "literal") return node.value;
  if (node.kind !== "map") return undefined;
  const args = node.args.map(constantOf);
  const [a, b = 0, c = 0] = args;
  return a === undefined || args.includes(undefined) ? undefined : operators[node.op].f64(a, b, c);
}

/** One window for each axis after `over`. Undefined if one of them was refused. */
export function windowsAlong(
  scope: Scope,
  refs: readonly AxisRef[],
  reaches: Reaches,
): readonly Window[] | undefined {
  const found = refs.map((ref) => windowAlong(scope, ref, reaches));
  const windows = found.flatMap((one) => one ?? []);
  return windows.length < found.length ? undefined : windows;
}

function windowAlong(scope: Scope, ref: AxisRef, reaches: Reaches): Window | undefined {
  const [axis, ...others] = axisFactors(scope, ref) ?? [];
  if (axis === undefined) return undefined;
  const { axes } = scope.session.outer;
  const isVariadic = ref.variadic || axes.some((one) => one.variadic && one.name === axis);
  if (!isVariadic && others.length === 0) return { axis, ...reaches };
  const why = isVariadic
    ? `\`...${axis}\` stands for any number of axes, and a window is along single ones`
    : `\`${ref.name.text}\` is split into ${[axis, ...others].join(", ")}, and a window is along one of them`;
  refuse(scope, why, ref.span);
  return undefined;
}

function refuse(scope: Scope, message: string, span: Span): void {
  scope.report(diagnostic("N420", message, span));
}
