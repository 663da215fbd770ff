/**
 * The oracle: computes the tensor graph in float64, node by node, by definition and without cleverness. Everything else is
 * compared with it. It shares only the graph that the checker made with the kernels.
 */
import { operators } from "../operators/operators.ts";
import { decisiveInputs } from "../tensor/decisive-inputs.ts";
import { type Graph, type Node, reachable } from "../tensor/graph.ts";
import { rowMajor, walk } from "./walk.ts";

export interface OracleInputs {
  /** Extents of all factors. */
  readonly extents: ReadonlyMap<string, number>;
  readonly params: ReadonlyMap<string, number>;
  /** Elements of inputs, affines and states, in the layout of their tensor. The default is the initial value. */
  readonly tensors: ReadonlyMap<string, ArrayLike<number>>;
}

/** A value with a stride for each axis (0 along an axis that it does not have). */
interface Strided {
  readonly data: ArrayLike<number>;
  readonly strides: ReadonlyMap<string, number>;
}

/** Outputs and new states by name, in the layout of their tensor. */
export function interpret(graph: Graph, inputs: OracleInputs): Map<string, Float64Array> {
  const extent = (factor: string): number => {
    const found = inputs.extents.get(factor);
    if (found === undefined) throw new Error(`no extent for ${factor}`);
    return found;
  };
  const values = new Map<Node, Strided>();
  const of = (node: Node): Strided => values.get(node) as Strided;
  for (const node of reachable(graph.results.map((one) => one.value))) values.set(node, compute(node));

  const outputs = new Map<string, Float64Array>();
  for (const result of graph.results) {
    const { tensor, value } = result;
    const { role, factors = [], initial = 0 } = graph.tensors.find((one) => one.name === tensor) ?? {};
    const out = new Float64Array(volume(factors));
    outputs.set(tensor, out);
    const emptiness = decisiveInputs(graph, result).map((one) => volume(one.factors) === 0);
    if (role === "state" && emptiness.includes(true)) {
      out.set(inputs.tensors.get(tensor) ?? out.map(() => initial));
      continue;
    }
    // A gradient is a sum over the elements of outputs. There are none, so it stays 0.
    if (role === "output" && emptiness.length > 0 && !emptiness.includes(false)) continue;
    walk(
      factors.map(extent),
      [stridesOf(rowMajor(factors, extent), factors), stridesOf(of(value).strides, factors)],
      ([to, from]) => {
        out[to] = of(value).data[from];
      },
    );
  }
  return outputs;

  function volume(factors: readonly string[]): number {
    return factors.reduce((size, factor) => size * extent(factor), 1);
  }

  function scalar(value: number): Strided {
    return { data: [value], strides: new Map() };
  }

  function compute(node: Node): Strided {
    switch (node.kind) {
      case "literal":
        return scalar(node.value);
      case "param":
        return scalar(inputs.params.get(node.param) ?? Number.NaN);
      case "size":
        return scalar(volume(node.over));
      case "index":
        return {
          data: Float64Array.from({ length: extent(node.axis) }, (_, i) => i),
          strides: new Map([[node.axis, 1]]),
        };
      case "input": {
        const tensor = graph.tensors.find((one) => one.name === node.tensor);
        const data = inputs.tensors.get(node.tensor);
        if (data === undefined) return scalar(tensor?.initial ?? 0);
        return { data, strides: rowMajor(tensor?.factors ?? [], extent) };
      }
      case "map": {
        const out = new Float64Array(volume(node.axes));
        const args = node.args.map(of);
        const apply = operators[node.op].f64;
        const strides = rowMajor(node.axes, extent);
        const all = [strides, ...args.map((one) => one.strides)].map((one) => stridesOf(one, node.axes));
        const [a, b, c] = args.map((one) => one.data);
        if (args.length === 1)
          walk(node.axes.map(extent), all, ([to, i]) => {
            out[to] = apply(a[i], 0, 0);
          });
        else if (args.length === 2)
          walk(node.axes.map(extent), all, ([to, i, j]) => {
            out[to] = apply(a[i], b[j], 0);
          });
        else
          walk(node.axes.map(extent), all, ([to, i, j, k]) => {
            out[to] = apply(a[i], b[j], c[k]);
          });
        return { data: out, strides };
      }
      case "reduce": {
        const strides = rowMajor(node.axes, extent);
        const out = new Float64Array(volume(node.axes));
        const { data } = of(node.arg);
        const axes = node.arg.axes;
        const all = [strides, of(node.arg).strides].map((one) => stridesOf(one, axes));
        const each = (step: (to: number, value: number) => void): void =>
          walk(axes.map(extent), all, ([to, from]) => step(to, data[from]));
        const count = volume(node.over);
        switch (node.op) {
          case "sum":
          case "scaledSum":
            each((to, value) => {
              out[to] += value;
            });
            break;
          case "max":
            out.fill(Number.NEGATIVE_INFINITY);
            each((to, value) => {
              out[to] = Math.max(out[to], value);
            });
            break;
          case "min":
            out.fill(Number.POSITIVE_INFINITY);
            each((to, value) => {
              out[to] = Math.min(out[to], value);
            });
            break;
          case "mean":
            out.set(means(each, out.length, count));
            break;
          case "scale":
          case "sumScale":
            // Float64 has room for the squares of every f32.
            out.fill(1);
            break;
          case "spread":
          case "scaledSpread":
          case "var": {
            if (count === 0) out.fill(Number.NaN);
            const mean = means(each, out.length, count);
            each((to, value) => {
              out[to] += (value - mean[to]) ** 2 / count;
            });
            break;
          }
          case "shift":
            out.set(firsts(each, out.length));
            break;
          case "rest": {
            const first = firsts(each, out.length);
            out.set(means((step) => each((to, value) => step(to, value - first[to])), out.length, count));
            break;
          }
        }
        return { data: out, strides };
      }
    }
  }
}

/** Corrected by the mean of the differences, so that a long row far from zero keeps its digits even in float64. */
function means(
  each: (step: (to: number, value: number) => void) => void,
  length: number,
  count: number,
): Float64Array {
  // 0 / 0 for no elements.
  const mean = new Float64Array(length).fill(count === 0 ? Number.NaN : 0);
  each((to, value) => {
    mean[to] += value / count;
  });
  const rest = new Float64Array(length);
  each((to, value) => {
    rest[to] += (value - mean[to]) / count;
  });
  return mean.map((value, i) => (Number.isFinite(value) ? value + rest[i] : value));
}

function firsts(each: (step: (to: number, value: number) => void) => void, length: number): Float64Array {
  const first = new Float64Array(length);
  const seen = new Uint8Array(length);
  each((to, value) => {
    if (seen[to] === 0) first[to] = value;
    seen[to] = 1;
  });
  return first;
}

function stridesOf(strides: ReadonlyMap<string, number>, axes: readonly string[]): number[] {
  return axes.map((axis) => strides.get(axis) ?? 0);
}
