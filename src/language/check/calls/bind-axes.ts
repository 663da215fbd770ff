/** Binds the axes of a called norm to the caller's axes. */

import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import type { GraphAxis, GraphFactor } from "../../../graph/tensor/graph.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { quoted } from "../../diagnostics/suggestion.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import { axisNames, isExtent } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { DeclaredTensor } from "../declarations/tensors.ts";
import type { Scope } from "../scope/scope.ts";
import type { Argument } from "./bind-arguments.ts";
import { axisGroups, matchDims } from "./match-axes.ts";

/** Maps each factor of the callee to factors of the outermost norm. */
export type AxisBinding = ReadonlyMap<string, AxisSet>;

/** A call of a norm, with its arguments by the callee's names. */
export interface Call {
  readonly scope: Scope;
  readonly expr: CallExpr;
  readonly callee: Declarations;
  readonly args: ReadonlyMap<string, Argument>;
}

export type BindingResult =
  | { readonly kind: "bound"; readonly axes: AxisBinding }
  /** The axes do not fit. The mistake is already reported. */
  | { readonly kind: "reported" }
  /** The callee splits an axis that is whole here: the check starts again with that axis split. */
  | { readonly kind: "split"; readonly factor: string; readonly into: readonly GraphFactor[] };

const reported = { kind: "reported" } as const;

export function bindAxes(call: Call): BindingResult {
  if (reportLike(call)) return reported;
  const binding = new Map<string, AxisSet>();
  const isOpen = (dim: string): boolean =>
    axisOf(call.callee, dim).factors.some((one) => !binding.has(one.name));
  const { tensors } = call.callee;
  // An affine gives axes that no input has.
  for (const tensor of [...tensors.values()].sort(
    (a, b) => Number(b.role === "input") - Number(a.role === "input"),
  )) {
    const argument = call.args.get(tensor.name);
    if (argument === undefined || (tensor.role !== "input" && !tensor.dims.some(isOpen))) continue;
    const matched = matchInput(call, tensor, argument);
    if (matched === undefined) return reported;
    for (const [dim, factors] of matched) {
      const bound = bindDim(call, dim, factors);
      if (bound.kind !== "bound") return bound;
      if (!enterAll(call, binding, bound.axes)) return reported;
    }
  }
  return reportUnbound(call, binding) ? reported : { kind: "bound", axes: binding };
}

/** Matches the axes of an argument to those in the brackets of its tensor; undefined if they do not fit. */
function matchInput(
  { scope, expr, callee }: Call,
  tensor: DeclaredTensor,
  { node, span }: Argument,
): ReadonlyMap<string, AxisSet> | undefined {
  const groups = axisGroups(scope, node);
  const matched = matchDims(callee, tensor.dims, groups);
  if (matched !== undefined) return matched;
  const has = groups.length === 0 ? "it is one number" : `it has the axes ${namesOf(scope, node.axes)}`;
  const parts = tensor.dims.flatMap((dim) => axisOf(callee, dim).factors.map((one) => one.name));
  const takes = `${tensor.name}[${axisNames(callee.axes, parts).join(", ")}]`;
  const message = `\`${expr.callee.text}\` takes \`${takes}\`, but this has other axes`;
  scope.report(diagnostic("N307", message, span, { labels: [{ span, text: has }] }));
  return undefined;
}

/** Adds axes to the binding. False if one axis of the callee would stand for two of the caller's. */
function enterAll({ scope, expr }: Call, binding: Map<string, AxisSet>, axes: AxisBinding): boolean {
  for (const [name, to] of axes) {
    const known = binding.get(name);
    if (known !== undefined && !sameAxes(known, to)) {
      const both = `${axesText(scope, known)} and ${axesText(scope, to)}`;
      const message = `the axis \`${name}\` of \`${expr.callee.text}\` would have to be ${both} at once`;
      scope.report(diagnostic("N307", message, expr.span));
      return false;
    }
    binding.set(name, to);
  }
  return true;
}

/** Reports an axis of the callee that has the extent of another one: nothing says so of two axes here. */
function reportLike({ scope, expr, callee }: Call): boolean {
  const extents = callee.axes.flatMap((one) => one.factors);
  const like = extents.find(
    ({ extent }) => typeof extent === "object" && extent !== null && "axis" in extent,
  );
  if (like === undefined) return false;
  const message = `\`${expr.callee.text}\` cannot be called: its axis \`${like.name}\` has the extent of another axis`;
  scope.report(diagnostic("N307", message, expr.span, { note: "write its equations out here" }));
  return true;
}

/** Reports an axis of the callee with no axis here: neither an input nor a given affine has it. */
function reportUnbound({ scope, expr, callee }: Call, binding: AxisBinding): boolean {
  const open = callee.axes.flatMap((one) => one.factors).find((one) => !binding.has(one.name));
  if (open === undefined) return false;
  const message = `\`${expr.callee.text}\` cannot be called: its axis \`${open.name}\` is in none of its operands`;
  const note =
    "the axes of a called norm come from its operands: pass an affine with this axis, if it has one";
  scope.report(diagnostic("N307", message, expr.span, { note }));
  return true;
}

function namesOf(scope: Scope, factors: AxisSet): string {
  return axisNames(scope.session.outer.axes, factors).join(", ");
}

function axesText(scope: Scope, factors: AxisSet): string {
  return factors.length === 0 ? "no axis" : quoted(axisNames(scope.session.outer.axes, factors));
}

/** A factor of a split axis can be in brackets by itself. There it is an axis without an extent of its own. */
function axisOf(callee: Declarations, dim: string): GraphAxis {
  const own = { name: dim, variadic: false, factors: [{ name: dim, extent: null }] };
  return callee.axes.find((one) => one.name === dim) ?? own;
}

/** Binds one axis in the brackets of an input. */
function bindDim(call: Call, dim: string, factors: AxisSet): BindingResult {
  const { name, factors: parts } = axisOf(call.callee, dim);
  return parts.length === 1 ? bindWhole(call, name, parts[0], factors) : bindSplit(call, parts, factors);
}

function bindWhole(
  { scope, expr, args }: Call,
  axis: string,
  { name, extent }: GraphFactor,
  factors: AxisSet,
): BindingResult {
  if (typeof extent === "number" && soleExtent(scope, factors) !== extent) {
    const which = namesOf(scope, factors);
    const message = `the axis \`${axis}\` of \`${expr.callee.text}\` has the extent ${extent}, but \`${which}\` is not known to have it`;
    const note = `declare it: \`axes ${which} = ${extent}\``;
    scope.report(diagnostic("N307", message, expr.span, { note }));
    return reported;
  }
  if (typeof extent === "object" && extent !== null && "param" in extent && args.has(extent.param)) {
    const message = `\`${extent.param}\` cannot be set: it is the extent of an axis, and the operands already give it`;
    scope.report(diagnostic("N402", message, args.get(extent.param)?.span ?? expr.span));
    return reported;
  }
  return { kind: "bound", axes: new Map([[name, factors]]) };
}

/** Binds an axis that the callee splits. Here it is split in the same way, or whole and then split for the call. */
function bindSplit(call: Call, parts: readonly GraphFactor[], factors: AxisSet): BindingResult {
  const extents: GraphFactor["extent"][] = [];
  for (const part of parts) {
    const extent = factorExtent(call, part);
    if (extent === undefined) return reported;
    extents.push(extent);
  }
  if (factors.length === 1) {
    const into = namedParts(call.scope, factors[0], parts, extents);
    return { kind: "split", factor: factors[0], into };
  }
  const outer = call.scope.session.outer.axes.flatMap((one) => one.factors);
  const agrees =
    factors.length === parts.length &&
    parts.every((_, i) => {
      const own = outer.find((one) => one.name === factors[i]);
      return own === undefined || sameExtent(extents[i], own);
    });
  if (agrees) return { kind: "bound", axes: new Map(parts.map((part, i) => [part.name, [factors[i]]])) };
  reportOtherSplit(call, parts, factors);
  return reported;
}

/** Names for the factors of `C`, split for a callee's `G * K`: `C_G * C_K`, or a similar name if that is taken. */
function namedParts(
  { session }: Scope,
  factor: string,
  parts: readonly GraphFactor[],
  extents: readonly GraphFactor["extent"][],
): GraphFactor[] {
  const { axes } = session.outer;
  const taken = new Set(axes.flatMap((one) => [one.name, ...one.factors.map((part) => part.name)]));
  return parts.map((part, i) => {
    let name = `${factor}_${part.name}`;
    while (taken.has(name)) name += "_";
    taken.add(name);
    return { name, extent: extents[i] };
  });
}

function reportOtherSplit({ scope, expr }: Call, parts: readonly GraphFactor[], factors: AxisSet): void {
  const names = parts.map((one) => one.name).join(" * ");
  const message = `\`${expr.callee.text}\` splits \`${namesOf(scope, factors)}\` into \`${names}\`, but here it is split in another way`;
  const given = parts.find((one) => typeof one.extent === "object" && one.extent !== null);
  const note =
    given && `an axis can be split in only one way: give \`${given.name}\` the extent that its part has here`;
  scope.report(diagnostic("N306", message, expr.span, note === undefined ? {} : { note }));
}

/** The extent of a value's only axis, if the spec states it. */
function soleExtent(scope: Scope, factors: AxisSet): GraphFactor["extent"] {
  if (factors.length !== 1) return null;
  const all = scope.session.outer.axes.flatMap((one) => one.factors);
  return all.find((one) => one.name === factors[0])?.extent ?? null;
}

/** The extent that the call gives for a factor set by a param of the callee. Undefined if it cannot be an extent. */
function factorExtent(
  { scope, expr, callee, args }: Call,
  part: GraphFactor,
): GraphFactor["extent"] | undefined {
  if (part.extent === null || typeof part.extent === "number" || "axis" in part.extent) return part.extent;
  const { param } = part.extent;
  const argument = args.get(param);
  if (argument === undefined) return callee.params.get(param)?.initial ?? null;
  const { node } = argument;
  if (node.kind === "literal" && isExtent(node.value)) return node.value;
  if (node.kind === "literal") {
    const message = `\`${param}\` of \`${expr.callee.text}\` is the extent of an axis: expected a whole number from 1, found ${node.value}`;
    scope.report(diagnostic("N105", message, argument.span));
    return undefined;
  }
  if (node.kind === "param") return { param: node.param };
  if (node.kind === "size" && node.over.length === 1) {
    const known = soleExtent(scope, node.over);
    if (known !== null) return known;
  }
  const message = `\`${param}\` of \`${expr.callee.text}\` is the extent of an axis: expected a number or a param, found a computed value`;
  scope.report(diagnostic("N408", message, argument.span));
  return undefined;
}

function sameExtent(a: GraphFactor["extent"], own: GraphFactor): boolean {
  const b = own.extent;
  if (a === null) return true;
  if (typeof a === "number" || typeof b === "number" || b === null) return a === b;
  return "param" in a && "param" in b && a.param === b.param;
}
