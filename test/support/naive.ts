/**
 * A yardstick of errors: the formula as it is written, step by step in f32, as a kernel without a numerics contract
 * computes it.
 */
import { operators } from "../../src/graph/operators/operators.ts";
import { rowMajor, walk } from "../../src/graph/oracle/walk.ts";
import { type Node, type ReduceNode, reachable, termAxes } from "../../src/graph/tensor/graph.ts";
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
    const weight = node.weight === undefined ? scalar(1) : of(node.weight);
    const axes = termAxes(graph.factors, node);
    const strides = rowMajor(node.axes, extent);
    const fold = (
      start: number,
      step: (sum: number, value: number, weight: number, to: number) => number,
    ): Float32Array => {
      const out = new Float32Array(volume(node.axes)).fill(start);
      const places = [{ data: out, strides }, arg, weight].map((one) => along(one, axes));
      walk(axes.map(extent), places, ([to, from, by]) => {
        out[to] = step(out[to], arg.data[from], weight.data[by], to);
      });
      return out;
    };
    const sum = (): Float32Array => fold(0, (total, value, w) => total + f32(w * value));
    const total = (): Float32Array => fold(0, (all, _, w) => all + w);
    const ratio = (all: Float32Array): Float32Array => {
      const weights = total();
      return all.map((one, i) => one / weights[i]);
    };
    switch (node.op) {
      case "sum":
        return { data: sum(), strides };
      case "max":
        return { data: fold(Number.NEGATIVE_INFINITY, Math.max), strides };
      case "min":
        return { data: fold(Number.POSITIVE_INFINITY, Math.min), strides };
      case "mean":
        return { data: ratio(sum()), strides };
      case "var": {
        const means = ratio(sum());
        const square = (value: number, to: number): number => f32(f32(value - means[to]) ** 2);
        return { data: ratio(fold(0, (all, value, w, to) => all + f32(w * square(value, to)))), strides };
      }
      default:
        throw new Error(`a formula as it is written has no ${node.op}`);
    }
  }
}

const f32 = Math.fround;
