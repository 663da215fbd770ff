/**
 * The oracle: computes the tensor graph in float64, node by node, by definition and without cleverness. Everything else is
 * compared with it. It shares only the graph that the checker made with the kernels.
 */

import { type InitialValue, initialValue } from "../../program/initial-value.ts";
import { toInteger } from "../../program/integers.ts";
import { operators } from "../operators/operators.ts";
import { decisiveInputs } from "../tensor/decisive-inputs.ts";
import {
  type Graph,
  type InputNode,
  type Node,
  type PickNode,
  reachable,
  termAxes,
} from "../tensor/graph.ts";
import { rowMajor, walk } from "./walk.ts";
import { windowValues } from "./window.ts";

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

/** Replaces the elements of a node's value, to see what comes of another arithmetic. Undefined leaves them. */
export type Instead = (node: Node, data: ArrayLike<number>) => ArrayLike<number> | undefined;

/** Outputs and new states by name, in the layout of their tensor. */
export function interpret(
  graph: Graph,
  inputs: OracleInputs,
  instead: Instead = () => undefined,
): Map<string, Float64Array> {
  const extent = (factor: string): number => {
    const found = inputs.extents.get(factor);
    if (found === undefined) throw new Error(`no extent for ${factor}`);
    return found;
  };
  const values = new Map<Node, Strided>();
  const of = (node: Node): Strided => values.get(node) as Strided;
  for (const node of reachable(graph.results.map((one) => one.value))) {
    const { data, strides } = compute(node);
    values.set(node, { data: instead(node, data) ?? data, strides });
  }

  const outputs = new Map<string, Float64Array>();
  for (const result of graph.results) {
    const { tensor, value } = result;
    const { role, factors = [], initial = 0, dtype } = graph.tensors.find((one) => one.name === tensor) ?? {};
    const out = new Float64Array(volume(factors));
    outputs.set(tensor, out);
    const emptiness = decisiveInputs(graph, result).map((one) => volume(one.factors) === 0);
    if (role === "state" && emptiness.includes(true)) {
      out.set(inputs.tensors.get(tensor) ?? out.fill(startOf(initial)));
      continue;
    }
    // A gradient is a sum over the elements of outputs. There are none, so it stays 0.
    if (role === "output" && emptiness.length > 0 && !emptiness.includes(false)) continue;
    walk(
      factors.map(extent),
      [stridesOf(rowMajor(factors, extent), factors), stridesOf(of(value).strides, factors)],
      ([to, from]) => {
        const element = of(value).data[from];
        out[to] = dtype === undefined ? element : toInteger(element, dtype);
      },
    );
  }
  return outputs;

  function volume(factors: readonly string[]): number {
    return factors.reduce((size, factor) => size * extent(factor), 1);
  }

  function startOf(initial: InitialValue): number {
    return initialValue(initial, inputs.extents, inputs.params);
  }

  function scalar(value: number): Strided {
    return { data: [value], strides: new Map() };
  }

  /** NaN where an index is not whole or not in its axis. */
  function picked({ data, strides: from }: Strided, { at, axes }: InputNode | PickNode): Strided {
    const out = new Float64Array(volume(axes));
    const strides = rowMajor(axes, extent);
    const along = at.map(({ axis, index }) => ({
      index: of(index),
      extent: extent(axis),
      stride: from.get(axis) ?? 0,
    }));
    const others = new Map([...from].filter(([axis]) => !at.some((one) => one.axis === axis)));
    const all = [strides, others, ...along.map((one) => one.index.strides)];
    walk(
      axes.map(extent),
      all.map((one) => stridesOf(one, axes)),
      ([to, base, ...places]) => {
        let place = base;
        along.forEach(({ index, extent: end, stride }, i) => {
          const value = index.data[places[i]];
          place = Number.isInteger(value) && value >= 0 && value < end ? place + value * stride : Number.NaN;
        });
        out[to] = Number.isNaN(place) ? Number.NaN : data[place];
      },
    );
    return { data: out, strides };
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
        if (data === undefined) return scalar(startOf(tensor?.initial ?? 0));
        const own = { data, strides: rowMajor(tensor?.factors ?? [], extent) };
        return node.at.length === 0 ? own : picked(own, node);
      }
      case "pick":
        return picked(of(node.arg), node);
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
      case "window": {
        const param = (name: string): number => inputs.params.get(name) ?? Number.NaN;
        return { data: windowValues(node, of, { extent, param }), strides: rowMajor(node.axes, extent) };
      }
      case "reduce": {
        const strides = rowMajor(node.axes, extent);
        const out = new Float64Array(volume(node.axes));
        const { data } = of(node.arg);
        const weight = node.weight === undefined ? scalar(1) : of(node.weight);
        const axes = termAxes(graph.factors, node);
        const all = [strides, of(node.arg).strides, weight.strides].map((one) => stridesOf(one, axes));
        const each: Each = (step) =>
          walk(axes.map(extent), all, ([to, from, by]) => step(to, data[from], weight.data[by]));
        const totals = (): Float64Array =>
          node.weight === undefined
            ? new Float64Array(out.length).fill(volume(node.over))
            : sums(out.length, each, (_, __, w) => w);
        switch (node.op) {
          case "sum":
          case "scaledSum":
            out.set(sums(out.length, each, (_, x, w) => w * x));
            break;
          case "total":
            out.set(totals());
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
            out.set(means(out.length, each, totals()));
            break;
          case "scale":
          case "sumScale":
            // Float64 has room for the squares of every f32.
            out.fill(1);
            break;
          case "spread":
          case "scaledSpread":
          case "var": {
            const total = totals();
            const mean = means(out.length, each, total);
            const squares = sums(out.length, each, (to, x, w) => w * (x - mean[to]) ** 2);
            out.set(squares.map((value, i) => value / total[i]));
            break;
          }
          case "shift":
            out.set(firsts(each, out.length));
            break;
          case "rest": {
            const first = firsts(each, out.length);
            const differences: Each = (step) => each((to, x, w) => step(to, x - first[to], w));
            out.set(means(out.length, differences, totals()));
            break;
          }
          case "excess": {
            const first = firsts(each, out.length);
            out.set(sums(out.length, each, (to, x, w) => w * (x - first[to])));
            break;
          }
          case "squares": {
            const first = firsts(each, out.length);
            out.set(sums(out.length, each, (to, x, w) => w * (x - first[to]) ** 2));
            break;
          }
        }
        return { data: out, strides };
      }
    }
  }
}

/** Visits each element, with the place of its sum and its weight. */
type Each = (step: (to: number, value: number, weight: number) => void) => void;

function sums(
  length: number,
  each: Each,
  term: (to: number, value: number, weight: number) => number,
): Float64Array {
  const sum = new Float64Array(length);
  each((to, value, weight) => {
    sum[to] += term(to, value, weight);
  });
  return sum;
}

/**
 * Corrected by the mean of the differences, so that a long row far from zero keeps its digits even in float64.
 * @param totals the sums of the weights. Without elements they are 0, and the mean is 0 / 0.
 */
function means(length: number, each: Each, totals: Float64Array): Float64Array {
  const mean = sums(length, each, (_, x, w) => w * x).map((value, i) => value / totals[i]);
  const rest = sums(length, each, (to, x, w) => w * (x - mean[to]));
  return mean.map((value, i) => (Number.isFinite(value) ? value + rest[i] / totals[i] : value));
}

/** The first elements that count: what has no weight may lie anywhere, as padding does. */
function firsts(each: Each, length: number): Float64Array {
  const first = new Float64Array(length);
  const seen = new Uint8Array(length);
  each((to, value, weight) => {
    const rank = weight === 0 ? 1 : 2;
    if (seen[to] < rank) first[to] = value;
    seen[to] = Math.max(seen[to], rank);
  });
  return first;
}

function stridesOf(strides: ReadonlyMap<string, number>, axes: readonly string[]): number[] {
  return axes.map((axis) => strides.get(axis) ?? 0);
}
