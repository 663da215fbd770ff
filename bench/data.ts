import { toHalf } from "../src/runtime/shapes/float16.ts";
import { fromHalf } from "../src/runtime/shapes/from-half.ts";
import { uniform } from "../src/tuning/measure/uniform.ts";
import type { BenchCase } from "./cases.ts";
import { product, viewOf } from "./view.ts";

export type Dtype = "f32" | "f16";

/** The data for every contestant: the same numbers in each process, already rounded to the dtype. */
export interface CaseData {
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export function dataOf(one: BenchCase, dtype: Dtype): CaseData {
  const { n, g, k, affine } = viewOf(one);
  const next = uniform(20240531);
  const fill = (count: number, from: number, to: number, rounded = dtype === "f16"): Float32Array => {
    const values = between(next, count, from, to);
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

/** The cotangent of y for a backward pass. */
export function cotangentOf(one: BenchCase): Float32Array {
  return between(uniform(20240601), product(one.shape), -1, 1);
}

function between(next: () => number, count: number, from: number, to: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = from + next() * (to - from);
  return values;
}
