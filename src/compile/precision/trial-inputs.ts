/** Small tensors far from zero, on which a norm is tried in f32 arithmetic. */

import type { OracleInputs } from "../../graph/oracle/interpret.ts";
import { type Graph, type GraphTensor, reachable, tensorsIn } from "../../graph/tensor/graph.ts";
import { factorsOf } from "../../graph/tensor/terms.ts";

/** How many elements all axes may have together. */
const most = 1024;

/** Extents by factor: those that the spec fixes, and small ones. Undefined if a tensor would be too large to try. */
export function trialExtents(graph: Graph): Map<string, number> | undefined {
  const factors = graph.axes.flatMap((one) => one.factors);
  for (const small of [4, 3, 2]) {
    const extents = new Map<string, number>();
    for (const { name, extent } of factors) {
      if (typeof extent === "number") extents.set(name, extent);
      else if (extent === null) extents.set(name, small);
      else if ("param" in extent) extents.set(name, 2);
    }
    for (const { name, extent } of factors) {
      if (extent !== null && typeof extent === "object" && "axis" in extent) {
        const paired = graph.axes.find((one) => one.name === extent.axis)?.factors ?? [];
        extents.set(
          name,
          paired.reduce((size, one) => size * (extents.get(one.name) ?? small), 1),
        );
      }
    }
    const all = [...extents.values()].reduce((size, one) => size * one, 1);
    if (all <= most) return extents;
  }
  return undefined;
}

/** Which inputs lie far from zero: all that statistics are of, or only those that vary along their axes. */
export type FarTensors = "reduced" | "varying";

/**
 * Inputs for a trial: at mean / std `ratio` what statistics are of, and around 1 what scales and shifts. What multiplies
 * the terms of a sum is also tried as weights that add up to one, since a mean made of such weights is what cancels.
 */
export function trialInputs(
  graph: Graph,
  extents: ReadonlyMap<string, number>,
  ratio: number,
  weighted: boolean,
  far: FarTensors = "reduced",
): OracleInputs {
  const weights = weightAxes(graph);
  const reduced = reducedTensors(graph, far);
  const masks = maskTensors(graph);
  const params = new Map(
    graph.params.map((one) => [one.name, one.kind === "extent" ? 2 : Math.fround(one.initial)] as const),
  );
  const tensors = new Map<string, Float32Array>();
  let seed = 1;
  for (const tensor of graph.tensors.filter((one) => one.role !== "output")) {
    const count = tensor.factors.reduce((size, one) => size * (extents.get(one) ?? 1), 1);
    const noise = normals(seed++, count);
    const over = weights.get(tensor.name);
    if (masks.has(tensor.name)) {
      tensors.set(
        tensor.name,
        noise.map((_, i) => (i % 3 === 1 ? 0 : 1)),
      );
      continue;
    }
    const isFar = over === undefined && reduced.has(tensor.name);
    // Integers choose and mask: ones choose the second element, and keep every one.
    const value =
      tensor.dtype !== undefined
        ? () => 1
        : elementOf(tensor, isFar ? ratio : undefined, weighted ? over : undefined, extents);
    tensors.set(tensor.name, noise.map(value));
  }
  return { extents, params, tensors };
}

/** Tensors that choose a branch of `where`: the choice is between 0 and any other number. */
function maskTensors(graph: Graph): Set<string> {
  const found = new Set<string>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    const [condition] = node.kind === "map" && node.op === "where" ? node.args : [];
    if (condition?.kind === "input") found.add(condition.tensor);
  }
  return found;
}

function elementOf(
  { role, initial }: GraphTensor,
  ratio: number | undefined,
  weightOver: readonly string[] | undefined,
  extents: ReadonlyMap<string, number>,
): (noise: number) => number {
  if (weightOver !== undefined) {
    // A power of two: the weights are equal, and their sum is exactly 1.
    const count = weightOver.reduce((size, one) => size * (extents.get(one) ?? 1), 1);
    return () => 1 / count;
  }
  switch (role) {
    case "input":
      return (noise) => (ratio === undefined ? 1 + noise / 8 : ratio + noise);
    case "state":
      return () => (typeof initial === "number" ? initial : 1);
    default:
      return (noise) => 1 + noise / 8;
  }
}

function reducedTensors(graph: Graph, far: FarTensors): ReadonlySet<string> {
  const reductions = reachable(graph.results.map((one) => one.value)).filter((one) => one.kind === "reduce");
  if (far === "reduced") return tensorsIn(reductions.map((one) => one.arg));
  return new Set(
    reductions.flatMap(({ arg, over }) => {
      const varies = ({ factors }: GraphTensor): boolean => factors.some((axis) => over.includes(axis));
      const tensors = tensorsIn([arg]);
      return graph.tensors.filter((one) => tensors.has(one.name) && varies(one)).map((one) => one.name);
    }),
  );
}

/** Tensors that are a factor of the terms of a sum beside another tensor, with the axes of the sum that they have. */
function weightAxes(graph: Graph): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const [first] = graph.tensors;
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (node.kind !== "reduce" || (node.op !== "sum" && node.op !== "mean")) continue;
    const factors = factorsOf(node.arg);
    if (factors.length < 2) continue;
    for (const one of factors) {
      if (one.kind !== "input" || one.tensor === first?.name) continue;
      const over = node.over.filter((axis) => one.axes.includes(axis));
      if (over.length > 0) found.set(one.tensor, over);
    }
  }
  return found;
}

/** Roughly normal numbers, the same each time (sums of four uniform ones, by a linear congruence). */
function normals(seed: number, count: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Float32Array.from({ length: count }, () => (next() + next() + next() + next()) * Math.sqrt(3));
}

/** What an output's gradient may be: numbers around zero. */
export function trialCotangent(count: number, seed: number): Float32Array {
  return normals(1000 + seed, count);
}
