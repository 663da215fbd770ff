/** Which axes of the caller the axes of a called norm stand for. */

import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import type { GraphAxis, GraphFactor } from "../../../graph/tensor/graph.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { quoted } from "../../diagnostics/suggestion.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import { axisNames, isExtent } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { Scope } from "../scope/scope.ts";
import type { Argument } from "./arguments.ts";
import { axisGroups, matchDims } from "./match-axes.ts";

/** From each factor of the callee to factors of the outermost norm. */
export type AxisBinding = ReadonlyMap<string, AxisSet>;

type Arguments = ReadonlyMap<string, Argument>;

export function bindAxes(
  scope: Scope,
  expr: CallExpr,
  callee: Declarations,
  args: Arguments,
): AxisBinding | undefined {
  const binding = new Map<string, AxisSet>();
  for (const tensor of callee.tensors.values()) {
    const argument = args.get(tensor.name);
    if (argument === undefined || tensor.role !== "input") continue;
    const groups = axisGroups(scope, argument.node);
    const matched = matchDims(callee, tensor.dims, groups);
    if (matched === undefined) {
      const has =
        groups.length === 0 ? "it is one number" : `it has the axes ${namesOf(scope, argument.node.axes)}`;
      const takes = `${tensor.name}[${axisNames(callee.axes, tensorParts(callee, tensor.dims)).join(", ")}]`;
      scope.report(
        diagnostic(
          "N307",
          `\`${expr.callee.text}\` takes \`${takes}\`, and this has other axes`,
          argument.span,
          {
            labels: [{ span: argument.span, text: has }],
          },
        ),
      );
      return undefined;
    }
    for (const [dim, factors] of matched) {
      if (!bindDim(scope, expr, callee, args, binding, dim, factors)) return undefined;
    }
  }
  for (const factor of callee.axes.flatMap((one) => one.factors)) {
    if (binding.has(factor.name)) continue;
    // A fixed extent (`axes M = 3`) of the callee has no axis here; its tensors cannot be bound or left out.
    const message = `\`${expr.callee.text}\` cannot be called: its axis \`${factor.name}\` is in none of its inputs`;
    const note = "the axes of a called norm come from its operands; write its equations out here";
    scope.report(diagnostic("N307", message, expr.span, { note }));
    return undefined;
  }
  return binding;
}

function namesOf(scope: Scope, factors: AxisSet): string {
  return axisNames(scope.session.outer.axes, factors).join(", ");
}

function tensorParts(callee: Declarations, dims: readonly string[]): string[] {
  return dims.flatMap(
    (dim) => callee.axes.find((one) => one.name === dim)?.factors.map((one) => one.name) ?? [dim],
  );
}

function bindDim(
  scope: Scope,
  expr: CallExpr,
  callee: Declarations,
  args: Arguments,
  binding: Map<string, AxisSet>,
  dim: string,
  factors: AxisSet,
): boolean {
  const axis: GraphAxis = callee.axes.find((one) => one.name === dim) ?? {
    name: dim,
    variadic: false,
    factors: [{ name: dim, extent: null }],
  };
  const parts = axis.factors;
  if (parts.length === 1) {
    const own = soleExtent(scope, factors);
    const { extent } = parts[0];
    if (typeof extent === "number" && own !== extent) {
      const which = namesOf(scope, factors);
      const message = `the axis \`${dim}\` of \`${expr.callee.text}\` has ${extent} places, and nothing says that \`${which}\` has as many`;
      scope.report(
        diagnostic("N307", message, expr.span, { note: `declare it so: \`axes ${which} = ${extent}\`` }),
      );
      return false;
    }
    if (typeof extent === "object" && extent !== null && args.has(extent.param)) {
      const message = `\`${extent.param}\` is the extent of an axis that the operands give: it cannot be set as well`;
      scope.report(diagnostic("N402", message, args.get(extent.param)?.span ?? expr.span));
      return false;
    }
    return enter(parts[0].name, factors);
  }
  const extents: GraphFactor["extent"][] = [];
  for (const part of parts) {
    const extent = factorExtent(scope, expr, callee, args, part);
    if (extent === undefined) return false;
    extents.push(extent);
  }
  const outer = scope.session.outer.axes.flatMap((one) => one.factors);
  if (factors.length === 1) {
    const taken = new Set([
      ...outer.map((one) => one.name),
      ...scope.session.outer.axes.map((one) => one.name),
    ]);
    const named = parts.map((part, i) => {
      let name = `${factors[0]}_${part.name}`;
      while (taken.has(name)) name += "_";
      taken.add(name);
      return { name, extent: extents[i] };
    });
    scope.session.splits.set(factors[0], named);
    return false;
  }
  const agrees =
    factors.length === parts.length &&
    parts.every((_, i) => {
      const own = outer.find((one) => one.name === factors[i]);
      return own === undefined || sameExtent(extents[i], own);
    });
  if (!agrees) {
    const names = parts.map((one) => one.name).join(" * ");
    const message = `\`${expr.callee.text}\` splits \`${namesOf(scope, factors)}\` into \`${names}\`, and here it is split in another way`;
    const given = parts.find((one) => typeof one.extent === "object" && one.extent !== null);
    const note =
      given && `an axis is split in one way: give \`${given.name}\` the extent that its part has here`;
    scope.report(diagnostic("N306", message, expr.span, note === undefined ? {} : { note }));
    return false;
  }
  return parts.every((part, i) => enter(part.name, [factors[i]]));

  function enter(name: string, to: AxisSet): boolean {
    const known = binding.get(name);
    if (known !== undefined && !sameAxes(known, to)) {
      scope.report(
        diagnostic(
          "N307",
          `the axis \`${name}\` of \`${expr.callee.text}\` would be ${axesText(scope, known)} and ${axesText(scope, to)} at once`,
          expr.span,
        ),
      );
      return false;
    }
    binding.set(name, to);
    return true;
  }
}

function axesText(scope: Scope, factors: AxisSet): string {
  return factors.length === 0 ? "no axis" : quoted(axisNames(scope.session.outer.axes, factors));
}

/** The extent of a value's only axis, where the text says it. */
function soleExtent(scope: Scope, factors: AxisSet): GraphFactor["extent"] {
  if (factors.length !== 1) return null;
  const all = scope.session.outer.axes.flatMap((one) => one.factors);
  return all.find((one) => one.name === factors[0])?.extent ?? null;
}

/** What the call gives for a part of a split axis that a param of the callee sets. Undefined if it cannot be one. */
function factorExtent(
  scope: Scope,
  expr: CallExpr,
  callee: Declarations,
  args: Arguments,
  part: GraphFactor,
): GraphFactor["extent"] | undefined {
  if (part.extent === null || typeof part.extent === "number") return part.extent;
  const { param } = part.extent;
  const argument = args.get(param);
  if (argument === undefined) return callee.params.get(param)?.initial ?? null;
  const { node } = argument;
  if (node.kind === "literal" && isExtent(node.value)) return node.value;
  if (node.kind === "literal") {
    const message = `\`${param}\` of \`${expr.callee.text}\` is the extent of an axis: a whole number from 1, not ${node.value}`;
    scope.report(diagnostic("N105", message, argument.span));
    return undefined;
  }
  if (node.kind === "param") return { param: node.param };
  if (node.kind === "size" && node.over.length === 1) {
    const known = soleExtent(scope, node.over);
    if (known !== null) return known;
  }
  const message = `\`${param}\` of \`${expr.callee.text}\` is the extent of an axis: a number or a param, nothing computed`;
  scope.report(diagnostic("N408", message, argument.span));
  return undefined;
}

function sameExtent(a: GraphFactor["extent"], own: GraphFactor): boolean {
  const b = own.extent;
  if (a === null) return true;
  if (typeof a === "number" || b === null) return a === b;
  return typeof b !== "number" && a.param === b.param;
}
