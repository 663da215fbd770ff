import { fromHalf, toHalf } from "../src/runtime/shapes/float16.ts";
import type { BenchCase } from "./cases.ts";
import { product, viewOf } from "./view.ts";

export type Dtype = "f32" | "f16";

/** What every contestant is fed: the same numbers in each process, already rounded to the dtype. */
export interface CaseData {
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export function dataOf(one: BenchCase, dtype: Dtype): CaseData {
  const { n, g, k, affine } = viewOf(one);
  const next = randoms(20240531);
  const fill = (count: number, from: number, to: number, rounded = dtype === "f16"): Float32Array => {
    const values = uniform(next, count, from, to);
    return rounded ? values.map((value) => fromHalf(toHalf(value))) : values;
  };
  const scales = affine === "outer" ? n : g * k;
  return {
    x: fill(product(one.shape), -1, 1),
    gamma: fill(scales, 0.5, 1.5),
    beta: fill(scales, -0.5, 0.5),
    mean: fill(g * k, -0.1, 0.1, false),
    variance: fill(g * k, 0.25, 0.5, false),
  };
}

/** The cotangent of y that a backward pass is fed. */
export function cotangentOf(one: BenchCase): Float32Array {
  return uniform(randoms(20240601), product(one.shape), -1, 1);
}

function uniform(next: () => number, count: number, from: number, to: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = from + next() * (to - from);
  return values;
}

/** mulberry32, uniform in [0, 1): the same in every process, which Math.random is not. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
