/** Which axes of the caller the axes of a called norm stand for. */
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { CallExpr } from "../syntax/ast.ts";
import { type AxisSet, sameAxes } from "../tensor/axes.ts";
import type { GraphAxis, GraphFactor, Node } from "../tensor/graph.ts";
import type { Declarations } from "./declare.ts";
import type { Scope } from "./scope.ts";

/** From each factor of the callee to factors of the outermost norm. */
export type AxisBinding = ReadonlyMap<string, AxisSet>;

interface Group {
  readonly name: string;
  readonly factors: AxisSet;
}

type Arguments = ReadonlyMap<string, { readonly node: Node; readonly span: CallExpr["span"] }>;

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
        groups.length === 0 ? "it is a single number" : `it has ${groups.map((one) => one.name).join(", ")}`;
      const message = `\`${expr.callee.text}\` takes \`${tensor.name}[${tensor.dims.join(", ")}]\``;
      scope.report(
        diagnostic("N307", message, argument.span, { labels: [{ span: argument.span, text: has }] }),
      );
      return undefined;
    }
    for (const [dim, factors] of matched) {
      if (!bindDim(scope, expr, callee, args, binding, dim, factors)) return undefined;
    }
  }
  for (const factor of callee.axes.flatMap((one) => one.factors)) {
    // A fixed extent (`axes M = 3`) of the callee has no axis here; its tensors cannot be bound or left out.
    if (!binding.has(factor.name)) {
      scope.report(
        diagnostic(
          "N307",
          `the axis \`${factor.name}\` of \`${expr.callee.text}\` is given by none of its inputs`,
          expr.span,
        ),
      );
      return undefined;
    }
  }
  return binding;
}

/** The axes of a value in the order of the first input that has just these, else in the order of the `axes` line. */
function axisGroups(scope: Scope, node: Node): Group[] {
  const { outer } = scope.session;
  const whole = (dim: string): AxisSet =>
    outer.axes.find((axis) => axis.name === dim)?.factors.map((one) => one.name) ?? [dim];
  for (const tensor of outer.tensors.values()) {
    if (tensor.role === "input" && sameAxes(tensor.dims.flatMap(whole), node.axes)) {
      return tensor.dims.map((dim) => ({ name: dim, factors: whole(dim) }));
    }
  }
  return outer.axes.flatMap((axis) => {
    const present = axis.factors.map((one) => one.name).filter((one) => node.axes.includes(one));
    if (present.length === axis.factors.length) return [{ name: axis.name, factors: present }];
    return present.map((one) => ({ name: one, factors: [one] }));
  });
}

/** By name where all names agree, else by position; a variadic axis takes what is left between. */
function matchDims(
  callee: Declarations,
  dims: readonly string[],
  groups: readonly Group[],
): Map<string, AxisSet> | undefined {
  const isVariadic = (dim: string): boolean => callee.axes.some((axis) => axis.name === dim && axis.variadic);
  const fixed = dims.filter((dim) => !isVariadic(dim));
  const variadic = dims.find(isVariadic);
  const byName = fixed.every((dim) => groups.some((one) => one.name === dim));
  const before = variadic === undefined ? dims.length : dims.indexOf(variadic);
  const after = dims.length - before - (variadic === undefined ? 0 : 1);
  if (groups.length < fixed.length || (variadic === undefined && groups.length > fixed.length))
    return undefined;

  const matched = new Map<string, AxisSet>();
  if (byName) {
    for (const dim of fixed) matched.set(dim, groups.find((one) => one.name === dim)?.factors ?? []);
    const rest = groups.filter((one) => !fixed.includes(one.name));
    if (variadic !== undefined)
      matched.set(
        variadic,
        rest.flatMap((one) => one.factors),
      );
  } else {
    dims.slice(0, before).forEach((dim, i) => matched.set(dim, groups[i].factors));
    dims
      .slice(dims.length - after)
      .forEach((dim, i) => matched.set(dim, groups[groups.length - after + i].factors));
    const rest = groups.slice(before, groups.length - after);
    if (variadic !== undefined)
      matched.set(
        variadic,
        rest.flatMap((one) => one.factors),
      );
  }
  return matched;
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
  if (parts.length === 1) return enter(parts[0].name, factors);
  const extents = parts.map((part) => factorExtent(callee, args, part));
  if (factors.length === 1) {
    const named = parts.map((part, i) => ({ name: `${factors[0]}_${part.name}`, extent: extents[i] }));
    scope.session.splits.set(factors[0], named);
    return false;
  }
  const outer = scope.session.outer.axes.flatMap((one) => one.factors);
  const agrees =
    factors.length === parts.length &&
    parts.every((_, i) => {
      const own = outer.find((one) => one.name === factors[i]);
      return extents[i] === null || own === undefined || sameExtent(extents[i], own);
    });
  if (!agrees) {
    const names = parts.map((one) => one.name).join(" * ");
    scope.report(
      diagnostic(
        "N306",
        `\`${expr.callee.text}\` splits this axis as \`${names}\`, this norm in another way`,
        expr.span,
        {
          note: parts.map(
            (one) => `pass \`${one.name} = …\` with the extent of \`${factors.join(" * ")}\``,
          )[0],
        },
      ),
    );
    return false;
  }
  return parts.every((part, i) => enter(part.name, [factors[i]]));

  function enter(name: string, to: AxisSet): boolean {
    const known = binding.get(name);
    if (known !== undefined && !sameAxes(known, to)) {
      scope.report(
        diagnostic(
          "N307",
          `the axis \`${name}\` of \`${expr.callee.text}\` would be both ${known.join(", ")} and ${to.join(", ")}`,
          expr.span,
        ),
      );
      return false;
    }
    binding.set(name, to);
    return true;
  }
}

/** What the call gives for a factor that a param of the callee sets. */
function factorExtent(callee: Declarations, args: Arguments, part: GraphFactor): GraphFactor["extent"] {
  if (part.extent === null || typeof part.extent === "number") return part.extent;
  const argument = args.get(part.extent.param)?.node;
  if (argument === undefined) return callee.params.get(part.extent.param)?.initial ?? null;
  if (argument.kind === "literal") return argument.value;
  if (argument.kind === "param") return { param: argument.param };
  return argument.kind === "size" ? { param: argument.over[0] } : null;
}

function sameExtent(a: GraphFactor["extent"], own: GraphFactor): boolean {
  const b = own.extent;
  if (a === null) return true;
  if (typeof a === "number" || b === null) return a === b;
  return typeof b !== "number" && (a.param === b.param || a.param === own.name);
}
