/** Matches the axes of a value to the axes in the brackets of a called norm's input. */
import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import type { Node } from "../../../graph/tensor/graph.ts";
import type { Declarations } from "../declarations/declare.ts";
import type { DeclaredTensor } from "../declarations/tensors.ts";
import type { Scope } from "../scope/scope.ts";

export interface Group {
  readonly name: string;
  readonly factors: AxisSet;
}

/**
 * The axes of a value in the order of the first tensor that has exactly these, inputs before others, else in the order of
 * the `axes` line.
 */
export function axisGroups(scope: Scope, node: Node): Group[] {
  const { outer } = scope.session;
  const whole = (dim: string): AxisSet =>
    outer.axes.find((axis) => axis.name === dim)?.factors.map((one) => one.name) ?? [dim];
  const isInput = (one: DeclaredTensor): number => Number(one.role === "input");
  for (const tensor of [...outer.tensors.values()].sort((a, b) => isInput(b) - isInput(a))) {
    if (sameAxes(tensor.dims.flatMap(whole), node.axes)) {
      return tensor.dims.map((dim) => ({ name: dim, factors: whole(dim) }));
    }
  }
  return outer.axes.flatMap((axis) => {
    const present = axis.factors.map((one) => one.name).filter((one) => node.axes.includes(one));
    if (present.length === axis.factors.length) return [{ name: axis.name, factors: present }];
    return present.map((one) => ({ name: one, factors: [one] }));
  });
}

/** Matches by name if all names agree, else by position. A variadic axis takes the axes left in between. */
export function matchDims(
  callee: Declarations,
  dims: readonly string[],
  groups: readonly Group[],
): Map<string, AxisSet> | undefined {
  const isVariadic = (dim: string): boolean => callee.axes.some((axis) => axis.name === dim && axis.variadic);
  const fixed = dims.filter((dim) => !isVariadic(dim));
  const variadic = dims.find(isVariadic);
  if (groups.length < fixed.length || (variadic === undefined && groups.length > fixed.length))
    return undefined;
  const byName = fixed.every((dim) => groups.some((one) => one.name === dim));
  const before = variadic === undefined ? dims.length : dims.indexOf(variadic);
  const behind = groups.length - fixed.length;
  const matched = new Map<string, AxisSet>();
  const taken = new Set<Group>();
  for (const [i, dim] of fixed.entries()) {
    const position = i < before ? i : i + behind;
    const group = byName ? groups.find((one) => one.name === dim) : groups[position];
    if (group === undefined) return undefined;
    matched.set(dim, group.factors);
    taken.add(group);
  }
  if (variadic !== undefined) {
    matched.set(
      variadic,
      groups.filter((one) => !taken.has(one)).flatMap((one) => one.factors),
    );
  }
  return matched;
}
