/** A norm with extents, and the feeds that it takes. */
import { interpret } from "../../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import { isInteger } from "../../../src/program/integers.ts";
import type { ProgramInterface } from "../../../src/program/program.ts";
import { resolveDtypes } from "../../../src/runtime/shapes/element-types.ts";
import { resolveShapes, type Shapes } from "../../../src/runtime/shapes/shapes.ts";
import { programInterface } from "../../../src/targets/interface/program-interface.ts";
import type { Sizes } from "../../../src/tools/cli/arguments/settings.ts";
import { hasDims, paramsOf, shapesOf } from "../../../src/tools/cli/arguments/shape.ts";
import { randomFeeds } from "../../../src/tuning/measure/random-feeds.ts";

export type Values = ReadonlyMap<string, ArrayLike<number>>;

/** A graph, which has a program on every backend, with what all of these take. */
export interface Sized {
  readonly graph: Graph;
  readonly program: ProgramInterface;
  readonly shapes: Shapes;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
}

/** @throws CommandError with a message for people, if the extents do not fit. */
export function sizedGraph(graph: Graph, sizes: Sizes): Sized {
  const program = programInterface(graph);
  const shapes = shapesOf({ ...program, kernels: [] }, sizes);
  const given = program.tensors.filter(hasDims);
  return {
    graph,
    program,
    shapes,
    dims: Object.fromEntries(given.map(({ name }) => [name, shapes.dims.get(name) ?? []])),
    params: paramsOf(program, sizes.params),
  };
}

/** The backward graph with the extents of its forward graph. */
export function sizedBackward(graph: Graph, forward: Sized): Sized {
  const program = programInterface(graph);
  const params = paramsOf(program, forward.params);
  const given = program.tensors.filter((one) => hasDims(one));
  const dims = Object.fromEntries(
    given.flatMap(({ name, gradientOf }) => {
      const own = forward.shapes.dims.get(gradientOf ?? name);
      return own === undefined ? [] : [[name, own] as const];
    }),
  );
  return { graph, program, shapes: resolveShapes(program, dims, params), dims, params };
}

/**
 * Random data: the first input of floats has a deviation of 1 and this mean.
 * @param mean 0.5, as in activations, where it is omitted.
 */
export function feedsOf({ program, shapes }: Sized, mean = 0.5): Values {
  const feeds = new Map<string, ArrayLike<number>>(
    randomFeeds(program, shapes, resolveDtypes(program, "f32")),
  );
  const first = movedTensor(program);
  const values = first === undefined ? undefined : feeds.get(first);
  if (first !== undefined && values !== undefined)
    feeds.set(
      first,
      Float32Array.from(values, (one) => one - 0.5 + mean),
    );
  return feeds;
}

/** The input whose mean is moved. */
export function movedTensor({ tensors }: ProgramInterface): string | undefined {
  return tensors.find(({ role, dtype }) => role === "input" && dtype === undefined)?.name;
}

/** The oracle: results in float64. */
export function oracle({ graph, shapes }: Sized, tensors: Values): Map<string, Float64Array> {
  return interpret(graph, { extents: shapes.factors, params: shapes.params, tensors });
}

/**
 * The largest |got − want| / max(1, |want|); NaN is the worst. Near the middle between two integers either is right, so one
 * unit off is no error there.
 */
export function largestError(got: Values, want: Values, { program }: Sized): number {
  let worst = 0;
  for (const [name, expected] of want) {
    const values = got.get(name);
    if (values === undefined) continue;
    const dtype = program.tensors.find((one) => one.name === name)?.dtype;
    const free = dtype !== undefined && isInteger(dtype) ? 1 : 0;
    for (let i = 0; i < expected.length; i++) {
      const [a, b] = [values[i] ?? Number.NaN, expected[i] ?? Number.NaN];
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
      const error = Math.max(0, Math.abs(a - b) - free) / Math.max(1, Math.abs(b));
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

/** The largest difference of two tensors, relative to the largest element of the wanted one. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let [worst, largest] = [0, 1e-3];
  for (let i = 0; i < want.length; i++) largest = Math.max(largest, Math.abs(want[i] ?? 0));
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs((got[i] ?? Number.NaN) - (want[i] ?? Number.NaN)) / largest;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
