/** Dims and feeds for any norm, from extents of its axes. */
import { resolveShapes } from "../../src/runtime/index.ts";
import type { Graph } from "../../src/tensor/graph.ts";
import type { Trial } from "./compare.ts";
import { normals } from "./random.ts";

/** Extents by axis; a variadic axis has a list, any other a list of one. An axis left out has `[2]`. */
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
  const extentOf = (dim: string): readonly number[] => {
    const own = fixed.get(dim);
    if (typeof own === "number") return [own];
    if (own !== null && own !== undefined)
      return [params[own.param] ?? graph.params.find((one) => one.name === own.param)?.initial ?? 1];
    const wanted = extents[dim] ?? [2];
    return variadic.has(dim) || wanted.length === 1 ? wanted : [wanted[0] ?? 1];
  };
  const given = graph.tensors.filter((one) => one.role !== "output");
  const dims = Object.fromEntries(given.map((one) => [one.name, one.dims.flatMap(extentOf)]));
  const shapes = resolveShapes({ ...graph, kernels: [] }, dims, params);
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
