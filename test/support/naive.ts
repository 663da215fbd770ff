/**
 * A yardstick of errors: the formula as it is written, step by step in f32, as a kernel without a numerics contract
 * computes it.
 */
import { operators } from "../../src/graph/operators/operators.ts";
import { rowMajor, walk } from "../../src/graph/oracle/walk.ts";
import { type Node, type ReduceNode, reachable } from "../../src/graph/tensor/graph.ts";
import { resolveShapes } from "../../src/runtime/webgpu/index.ts";
import type { Trial } from "./compare.ts";

interface Value {
  readonly data: ArrayLike<number>;
  readonly strides: ReadonlyMap<string, number>;
}

/** Outputs by name. Sums run from the first element to the last. */
export function naive({ graph, dims, params, feeds }: Trial): Record<string, Float32Array> {
  const shapes = resolveShapes(graph, dims, params);
  const extent = (factor: string): number => shapes.factors.get(factor) as number;
  const volume = (axes: readonly string[]): number => axes.reduce((size, axis) => size * extent(axis), 1);
  const values = new Map<Node, Value>();
  const of = (node: Node): Value => values.get(node) as Value;
  const along = ({ strides }: Value, axes: readonly string[]): number[] =>
    axes.map((axis) => strides.get(axis) ?? 0);
  const scalar = (value: number): Value => ({ data: [Math.fround(value)], strides: new Map() });

  for (const node of reachable(graph.results.map((one) => one.value))) values.set(node, compute(node));
  return Object.fromEntries(
    graph.results.map(({ tensor, value }) => {
      const { factors = [] } = graph.tensors.find((one) => one.name === tensor) ?? {};
      const out = new Float32Array(volume(factors));
      const result = of(value);
      const places = [rowMajor(factors, extent), result.strides].map((one) =>
        factors.map((axis) => one.get(axis) ?? 0),
      );
      walk(factors.map(extent), places, ([to, from]) => {
        out[to] = result.data[from];
      });
      return [tensor, out];
    }),
  );

  function compute(node: Node): Value {
    switch (node.kind) {
      case "literal":
        return scalar(node.value);
      case "param":
        return scalar(shapes.params.get(node.param) as number);
      case "size":
        return scalar(volume(node.over));
      case "index": {
        const data = Float32Array.from({ length: extent(node.axis) }, (_, i) => i);
        return { data, strides: new Map([[node.axis, 1]]) };
      }
      case "input": {
        const tensor = graph.tensors.find((one) => one.name === node.tensor);
        const data = feeds[node.tensor];
        if (data === undefined) return scalar(Number(tensor?.initial ?? 0));
        return { data, strides: rowMajor(tensor?.factors ?? [], extent) };
      }
      case "map": {
        const out = new Float32Array(volume(node.axes));
        const args = node.args.map(of);
        const strides = rowMajor(node.axes, extent);
        const places = [{ data: out, strides }, ...args].map((one) => along(one, node.axes));
        walk(node.axes.map(extent), places, ([to, ...from]) => {
          const [a = 0, b = 0, c = 0] = from.map((place, i) => args[i]!.data[place]);
          out[to] = operators[node.op].f64(a, b, c);
        });
        return { data: out, strides };
      }
      case "reduce":
        return reduce(node);
    }
  }

  function reduce(node: ReduceNode): Value {
    const arg = of(node.arg);
    const axes = node.arg.axes;
    const strides = rowMajor(node.axes, extent);
    const size = volume(node.over);
    const fold = (start: number, step: (sum: number, value: number, to: number) => number): Float32Array => {
      const out = new Float32Array(volume(node.axes)).fill(start);
      const places = [{ data: out, strides }, arg].map((one) => along(one, axes));
      walk(axes.map(extent), places, ([to, from]) => {
        out[to] = step(out[to]!, arg.data[from]!, to);
      });
      return out;
    };
    const mean = (): Float32Array => fold(0, (sum, value) => sum + value).map((sum) => sum / size);
    switch (node.op) {
      case "sum":
        return { data: fold(0, (sum, value) => sum + value), strides };
      case "max":
        return { data: fold(Number.NEGATIVE_INFINITY, Math.max), strides };
      case "min":
        return { data: fold(Number.POSITIVE_INFINITY, Math.min), strides };
      case "mean":
        return { data: mean(), strides };
      case "var": {
        const means = mean();
        const squares = fold(0, (sum, value, to) => sum + Math.fround(Math.fround(value - means[to]!) ** 2));
        return { data: squares.map((sum) => sum / size), strides };
      }
      case "shift":
      case "rest":
      case "spread":
        throw new Error("a formula as it is written has no moments");
    }
  }
}
