/** Gradients for tests: from the oracle's backward graph, and by central differences of its forward graph. */

import { differentiable, withCotangent } from "../../src/graph/autodiff/gradient-names.ts";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import { gradientName } from "../../src/graph/tensor/gradient-name.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import {
  type ChooseVariant,
  chooseVariant,
  createNorm,
  resolveShapes,
} from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial } from "./compare.ts";
import { backwardOf, programOf } from "./compiled.ts";
import { normals } from "./random.ts";

/** The trial of the backward graph, with random cotangents. */
export function backwardTrial(trial: Trial, seed = 5, backward = backwardOf(trial.graph)): Trial {
  const { dims, feeds, params } = trial;
  const shapes = resolveShapes(trial.graph, dims, params);
  const cotangents = withCotangent(trial.graph).map(({ name }, i) => {
    const values = normals(seed * 97 + i, shapes.elements.get(name) as number);
    return { name: gradientName(name), dims: shapes.dims.get(name) as readonly number[], values };
  });
  const needed = new Set(backward.tensors.map((one) => one.name));
  const kept = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(record).filter(([name]) => needed.has(name));
  return {
    graph: backward,
    ...(params === undefined ? {} : { params }),
    dims: Object.fromEntries([...kept(dims), ...cotangents.map((one) => [one.name, one.dims] as const)]),
    feeds: Object.fromEntries([...kept(feeds), ...cotangents.map((one) => [one.name, one.values] as const)]),
  };
}

export interface Disagreement {
  readonly tensor: string;
  readonly index: number;
  readonly got: number;
  readonly want: number;
  /**
   * |got − want|, relative to the largest gradient of the tensor, or to 1e-3: smaller ones drown in the rounding of the
   * differences.
   */
  readonly error: number;
  /** The number of elements that could not be compared: a kink or a jump is within the step of the differences. */
  readonly kinks: number;
}

/**
 * The worst gradient on a device compared with the oracle's backward graph, relative to the largest gradient of its
 * tensor. Cotangents and standardized values have a size of 1, so a sum of n of their products has a size of √n. If the
 * largest gradient of such a tensor is smaller, it is what remains after the terms cancel, f32 cannot compute it
 * better, and the error is relative to √n. `least` is the lower bound for a tensor whose elements are not such sums.
 */
export async function worstOnDevice(
  device: GPUDevice,
  backward: Trial,
  least = 1e-30,
  choose: ChooseVariant = chooseVariant,
): Promise<Disagreement> {
  const { dims, params = {} } = backward;
  const norm = await createNorm(device, programOf(backward.graph), { dims, params, choose });
  try {
    return worstGradient(backward, await norm.run(backward.feeds), least);
  } finally {
    norm.destroy();
  }
}

/** The same for gradients that were computed in any way. */
export function worstGradient(
  backward: Trial,
  got: Readonly<Record<string, ArrayLike<number>>>,
  least = 1e-30,
): Disagreement {
  const largestTensor = Math.max(...Object.values(backward.feeds).map((one) => one.length));
  let worst: Disagreement = { tensor: "", index: -1, got: 0, want: 0, error: 0, kinks: 0 };
  for (const [tensor, values] of oracle(backward)) {
    if (got[tensor].length !== values.length) throw new Error(`${tensor} has ${got[tensor].length} elements`);
    const terms = largestTensor / values.length;
    const largest = values.reduce(
      (most, value) => Math.max(most, Math.abs(value)),
      terms > 1 ? Math.sqrt(terms) : least,
    );
    for (const [index, want] of values.entries()) {
      const one = got[tensor][index];
      const same = one === want || (Number.isNaN(one) && Number.isNaN(want));
      const error = same ? 0 : Math.abs(one - want) / largest;
      // Written so that a NaN counts as the worst.
      if (!(error <= worst.error)) worst = { tensor, index, got: one, want, error, kinks: 0 };
    }
  }
  return worst;
}

/** The worst gradient of the oracle compared with central differences, at some elements of each tensor. */
export function worstAgainstDifferences(trial: Trial, samples = 24): Disagreement {
  const backward = backwardTrial(trial);
  const got = oracle(backward);
  const loss = weightedOutputs(trial, backward);
  let kinks = 0;
  let worst: Disagreement = { tensor: "", index: -1, got: 0, want: 0, error: 0, kinks: 0 };
  for (const { name } of differentiable(trial.graph)) {
    const gradients = got.get(gradientName(name)) as Float64Array;
    const values = Float64Array.from(trial.feeds[name] ?? []);
    const largest = Math.max(1e-3, ...gradients.map(Math.abs));
    for (const index of sampled(values.length, samples)) {
      const along = (shift: number): number => {
        const moved = Float64Array.from(values);
        moved[index] += shift;
        return loss({ [name]: moved });
      };
      const want = slope(along);
      // For a smooth function both steps give the same slope.
      if (Math.abs(slope(along, step / 5) - want) > 1e-6 * largest) {
        kinks++;
        continue;
      }
      const error = Math.abs(gradients[index] - want) / largest;
      if (!(error <= worst.error)) worst = { tensor: name, index, got: gradients[index], want, error, kinks };
    }
  }
  return { ...worst, kinks };
}

/** At most this many elements, including the first and the last. */
function sampled(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)));
}

const step = 1e-4;

/**
 * Four points, exact for polynomials of degree four. At a step of 1e-4 the error is about 1e-16 times the fifth
 * derivative, and rounding (1e-16 of a loss of a few units, divided by 1e-4) leaves about 1e-12.
 */
export function slope(f: (shift: number) => number, h = step): number {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

type Moved = Readonly<Record<string, Float64Array>>;

/** Σ d_y·y over all outputs, as a function of the moved element. */
function weightedOutputs({ graph, dims, params, feeds }: Trial, backward: Trial): (moved: Moved) => number {
  const shapes = resolveShapes(graph, dims, params);
  const named = new Set(withCotangent(graph).map(({ name }) => name));
  const outputs: Graph = { ...graph, results: graph.results.filter(({ tensor }) => named.has(tensor)) };
  const rounded = new Map([...shapes.params].map(([name, value]) => [name, Math.fround(value)]));
  return (moved) => {
    const tensors = new Map<string, ArrayLike<number>>(Object.entries({ ...feeds, ...moved }));
    const values = interpret(outputs, { extents: shapes.factors, params: rounded, tensors });
    let sum = 0;
    for (const [name, data] of values) {
      const weights = backward.feeds[gradientName(name)];
      for (const [i, value] of data.entries()) sum += value * weights[i];
    }
    return sum;
  };
}
