/** The lab's networks in float64: convolutions as they are defined, norms and their gradients by the oracle. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Stage } from "../../lab/networks/network.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { checkFile } from "../../src/language/check/check.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";

type Values = Readonly<Record<string, ArrayLike<number>>>;
type Dims = Readonly<Record<string, readonly number[]>>;

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const graphs = new Map(
  ["lab/specs/layers.norm", "library/weight_standardization.norm"].flatMap((path) => {
    const { norms } = checkFile(
      { path, text: read(path) },
      (wanted) => ({ path: wanted, text: read(`library/${basename(wanted)}`) }),
      ({ code, message }) => {
        throw new Error(`${code} ${message}`);
      },
    );
    return norms.map((one) => [one.name, one.graphs[0]] as const);
  }),
);

/** A norm in mode train, at feeds: its outputs, and its gradients for cotangents. */
export function oracleNorm(
  name: string,
  dims: Dims,
  params: Readonly<Record<string, number>>,
  feeds: Values,
) {
  const graph = graphs.get(name) as Graph;
  const at = (one: Graph, given: Dims, values: Values): Map<string, Float64Array> => {
    const shapes = resolveShapes(one, given, params);
    const rounded = new Map([...shapes.params].map(([param, value]) => [param, Math.fround(value)]));
    return interpret(one, {
      extents: shapes.factors,
      params: rounded,
      tensors: new Map(Object.entries(values)),
    });
  };
  const outputs = at(graph, dims, feeds);
  return {
    outputs,
    gradients(cotangents: Values, cotangentDims: Dims): Map<string, Float64Array> {
      const backward = differentiate(graph);
      const named = new Set(backward.tensors.map((one) => one.name));
      const known = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(record).filter(([one]) => named.has(one)));
      return at(backward, known({ ...dims, ...cotangentDims }), known({ ...feeds, ...cotangents }));
    },
  };
}

export interface Convolution extends Stage {
  readonly samples: number;
  readonly channels: number;
  readonly size: number;
}

/** Calls with the places of x, w and y for each product of a convolution of 3x3 with a border of zeros. */
export function convolve(
  { samples, channels, size, filters, stride }: Convolution,
  each: (x: number, w: number, y: number) => void,
): void {
  const out = Math.ceil(size / stride);
  for (let y = 0; y < samples * filters * out * out; y++) {
    const [column, row] = [y % out, Math.floor(y / out) % out];
    const filter = Math.floor(y / out ** 2) % filters;
    const sample = Math.floor(y / out ** 2 / filters);
    for (let w = 0; w < channels * 9; w++) {
      const [i, j] = [row * stride + (Math.floor(w / 3) % 3) - 1, column * stride + (w % 3) - 1];
      if (i < 0 || j < 0 || i >= size || j >= size) continue;
      const channel = Math.floor(w / 9);
      each(((sample * channels + channel) * size + i) * size + j, filter * channels * 9 + w, y);
    }
  }
}
