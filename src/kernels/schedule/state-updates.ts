/**
 * States are updated in place. That is safe if only the row that writes an element reads it. Otherwise the new value
 * goes to a scratch tensor. When all readers of the old value are done, a small kernel copies it, and others over the same
 * axes with it.
 */

import { sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Graph, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { readsTensor } from "./locality.ts";
import { type KernelResults, plainKernel, type Target } from "./plan.ts";
import type { ScratchNames } from "./scratch-names.ts";

export function protectStates(
  graph: Graph,
  kernels: readonly KernelResults[],
  g: GraphBuilder,
  names: ScratchNames,
): KernelResults[] {
  const states = new Set(graph.tensors.filter((one) => one.role === "state").map((one) => one.name));
  const copies = new Map<string, Target[]>();
  const safe = kernels.map((kernel, place): KernelResults => {
    const targets = kernel.targets.map((target): Target => {
      if (!states.has(target.tensor) || isSafe(kernels, place, target)) return target;
      const name = names.like(`next_${target.tensor}`);
      const copy = { ...target, value: g.input(name, target.factors) };
      const key = target.factors.join(" ");
      copies.set(key, [...(copies.get(key) ?? []), copy]);
      return { ...target, tensor: name };
    });
    return { ...kernel, targets };
  });
  return [...safe, ...[...copies.values()].map((one) => plainKernel(one[0].tensor, one[0].factors, one))];
}

function isSafe(kernels: readonly KernelResults[], place: number, target: Target): boolean {
  const state = target.tensor;
  if (
    kernels.some(
      (one, i) =>
        i > place &&
        readsTensor(
          one.targets.map((other) => other.value),
          state,
        ),
    )
  )
    return false;
  const { grid, targets } = kernels[place];
  if (!sameAxes(target.factors, grid)) return false;
  const others = targets.filter((one) => one !== target).map((one) => one.value);
  const reductions = reachable(targets.map((one) => one.value)).filter(
    (one): one is ReduceNode => one.kind === "reduce",
  );
  return !readsTensor(others, state) && !readsTensor(reductions, state);
}
