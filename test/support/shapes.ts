/** Dims and feeds for any norm, from extents of its axes. */

import type { Graph } from "../../src/graph/tensor/graph.ts";
import { resolveShapes } from "../../src/runtime/webgpu/index.ts";
import type { Trial } from "./compare.ts";
import { normals } from "./random.ts";

/** Extents by axis. A variadic axis has a list, any other axis a list of one. The default is `[2]`. */
export type Extents = Readonly<Record<string, readonly number[]>>;

/** A trial with random feeds for every input, affine and state. */
export function randomTrial(
  graph: Graph,
  extents: Extents,
  params: Readonly<Record<string, number>>,
  seed: number,
): Trial {
  const fixed = new Map(
    graph.axes.flatMap((axis) => axis.factors.map((one) => [one.name, one.extent] as const)),
  );
  const variadic = new Set(graph.axes.filter((axis) => axis.variadic).map((axis) => axis.name));
  const hasBoth = ["N", "T"].every((name) => graph.axes.some((axis) => axis.name === name));
  const extentOf = (dim: string): readonly number[] => {
    const own = fixed.get(dim);
    if (typeof own === "number") return [own];
    if (own !== null && own !== undefined && "axis" in own) return extentOf(own.axis);
    if (own !== null && own !== undefined)
      return [params[own.param] ?? graph.params.find((one) => one.name === own.param)?.initial ?? 1];
    const wanted = dim === "T" && hasBoth ? fewOf(extents.T) : (extents[dim] ?? [2]);
    return variadic.has(dim) || wanted.length === 1 ? wanted : [wanted[0] ?? 1];
  };
  const given = graph.tensors.filter((one) => one.role !== "output");
  const dims = Object.fromEntries(given.map((one) => [one.name, one.dims.flatMap(extentOf)]));
  const shapes = resolveShapes(graph, dims, params);
  const feeds = Object.fromEntries(
    given.map((one, i) => {
      const count = shapes.elements.get(one.name) as number;
      const values = normals(
        seed * 31 + i,
        count,
        one.role === "input" ? 0.3 : 1,
        one.role === "input" ? 1.7 : 0.2,
      );
      // A running variance is never negative.
      return [one.name, one.role === "state" ? values.map(Math.abs) : values];
    }),
  );
  return { graph, dims, params, feeds };
}

/** If a norm has axes T and N, it has a row for each pair. 900 x 3001 rows test nothing that 900 x 2 rows do not. */
function fewOf(extent: readonly number[] = [2]): readonly number[] {
  return extent.map((one) => (one > 1000 ? 2 : one));
}

export interface Shape {
  readonly name: string;
  readonly extents: Extents;
  readonly params: Readonly<Record<string, number>>;
}

/** Extents 1, 0, odd, prime, one below and one above a power of two; groups and virtual batches that divide. */
export const awkwardShapes: readonly Shape[] = [
  {
    name: "all ones",
    extents: { N: [1], C: [1], S: [1], D: [1], T: [1], O: [1], F: [1] },
    params: { G: 1, B: 1 },
  },
  {
    name: "no spatial axes",
    extents: { N: [6], C: [4], S: [], D: [5], T: [], O: [3], F: [] },
    params: { G: 2, B: 3 },
  },
  {
    name: "odd and prime",
    extents: { N: [3], C: [15], S: [7, 11], D: [67], T: [13], O: [5], F: [3, 3, 7] },
    params: { G: 3, B: 3 },
  },
  {
    name: "around powers of two",
    extents: { N: [4], C: [64], S: [17, 15], D: [257], T: [33], O: [65], F: [63] },
    params: { G: 32, B: 2 },
  },
  {
    name: "multiples of four",
    extents: { N: [4], C: [8], S: [6, 8], D: [96], T: [12], O: [8], F: [4, 3, 4] },
    params: { G: 2, B: 2 },
  },
  {
    name: "one long row",
    extents: { N: [1], C: [2], S: [20011], D: [30011], T: [1], O: [1], F: [30011] },
    params: { G: 1, B: 1 },
  },
  {
    name: "many short rows",
    extents: { N: [900], C: [8], S: [3], D: [3], T: [3001], O: [2000], F: [5] },
    params: { G: 4, B: 9 },
  },
  {
    name: "nothing at all",
    extents: { N: [0], C: [4], S: [3], D: [3], T: [0], O: [0], F: [5] },
    params: { G: 2, B: 1 },
  },
  {
    name: "empty rows",
    extents: { N: [2], C: [4], S: [0], D: [0], T: [2], O: [2], F: [0] },
    params: { G: 2, B: 1 },
  },
];

/** Only the params that the norm has. */
export function ownParams(graph: Graph, params: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name)),
  );
}

/** Shapes for gradients. `least`: see `worstOnDevice`. */
export const gradientShapes: readonly (Shape & { readonly least?: number })[] = [
  {
    // The variance of a single value is 0: with the usual eps, 1 / √eps = 316 would multiply all rounding. A gradient
    // that is 0 here is the difference of two terms of size 1.
    name: "all ones",
    extents: { N: [1], C: [1], S: [1], D: [1], T: [1], O: [1], F: [1] },
    params: { G: 1, B: 1, eps: 1 },
    least: 1,
  },
  {
    name: "odd and prime",
    extents: { N: [3], C: [15], S: [7, 11], D: [67], T: [13], O: [5], F: [3, 3, 7] },
    params: { G: 3, B: 3 },
  },
  {
    name: "multiples of four",
    extents: { N: [4], C: [8], S: [6, 8], D: [96], T: [12], O: [8], F: [4, 3, 4] },
    params: { G: 2, B: 2 },
  },
  {
    name: "a long row",
    extents: { N: [2], C: [2], S: [2003], D: [4001], T: [2], O: [2], F: [4001] },
    params: { G: 1, B: 1 },
  },
  {
    name: "nothing at all",
    extents: { N: [0], C: [4], S: [3], D: [3], T: [0], O: [0], F: [5] },
    params: { G: 2, B: 1 },
  },
];
