import { toHalf } from "../../src/runtime/shapes/float16.ts";
import type { Dtype, Expectation, Want } from "./map.ts";
import type { Tolerance } from "./read.ts";

export interface Result {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** How far a result is off: the error as a multiple of what is allowed, so that more than 1 has failed. */
export interface Verdict {
  readonly worst: number;
  /** What is wrong, where something is. */
  readonly failure: string | null;
}

export function compare(expected: Expectation, got: Result | undefined): Verdict {
  const { output, want } = expected;
  if (got === undefined) return failed(`no output ${output}`);
  const wantDims = withoutOnes(want.dims);
  const gotDims = withoutOnes(got.dims);
  // Statistics keep the reduced dimensions as 1 in some suites, and a spec has no such axes.
  if (wantDims.join() !== gotDims.join())
    return failed(`${output} has dims [${got.dims}], not [${want.dims}]`);
  const length = want.dims.reduce((product, extent) => product * extent, 1);
  if (got.data.length !== length) return failed(`${output} has ${got.data.length} values, not ${length}`);
  const { worst, at } = worstElement(expected, got.data);
  if (worst > 1) {
    const wanted = want.data[at.sample];
    return { worst, failure: `${output}[${at.index}] is ${got.data[at.index]}, not ${wanted}` };
  }
  return want.kind === "samples" ? compareSums(expected, want, got.data, worst) : { worst, failure: null };
}

function failed(failure: string): Verdict {
  return { worst: Number.POSITIVE_INFINITY, failure };
}

function withoutOnes(dims: readonly number[]): number[] {
  return dims.filter((extent) => extent !== 1);
}

function worstElement(expected: Expectation, got: ArrayLike<number>) {
  const { want, tolerance, type } = expected;
  let worst = 0;
  let at = { sample: 0, index: 0 };
  for (let i = 0; i < want.data.length; i++) {
    const index = want.kind === "samples" ? want.index[i]! : i;
    const error = excess(got[index]!, want.data[i]!, tolerance, type);
    if (error > worst) {
      worst = error;
      at = { sample: i, index };
    }
  }
  return { worst, at };
}

/** The error of one value as a multiple of the tolerance. */
export function excess(got: number, want: number, tolerance: Tolerance, type: Dtype): number {
  if (Object.is(got, want) || got === want) return 0;
  if (Number.isNaN(want) || Number.isNaN(got)) {
    return Number.isNaN(want) && Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  }
  if (!Number.isFinite(want)) return Number.POSITIVE_INFINITY;
  const { ulp } = tolerance;
  if (ulp !== undefined) return over(Math.abs(order(got, type) - order(want, type)), ulp);
  return over(Math.abs(got - want), (tolerance.atol ?? 0) + (tolerance.rtol ?? 0) * Math.abs(want));
}

function over(error: number, allowed: number): number {
  return error === 0 ? 0 : error / allowed;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The position of a value among all of its type, so that neighbours differ by one; both zeros are 0. */
function order(value: number, type: Dtype): number {
  if (type === "f16") {
    const half = toHalf(value);
    return half & 0x8000 ? -(half & 0x7fff) : half;
  }
  float[0] = value;
  const all = bits[0]!;
  return all >>> 31 ? -(all & 0x7fffffff) : all;
}

function compareSums(
  expected: Expectation,
  want: Extract<Want, { kind: "samples" }>,
  got: ArrayLike<number>,
  worstSample: number,
): Verdict {
  const relative = expected.tolerance.sum_rtol ?? 0;
  let sum = 0;
  let sumAbs = 0;
  let sumSq = 0;
  for (let i = 0; i < got.length; i++) {
    const value = got[i]!;
    sum += value;
    sumAbs += Math.abs(value);
    sumSq += value * value;
  }
  const checks = [
    { name: "sum", got: sum, want: want.sum, allowed: relative * want.sumAbs },
    { name: "sum of magnitudes", got: sumAbs, want: want.sumAbs, allowed: relative * want.sumAbs },
    // A relative error of each value is twice that of its square.
    { name: "sum of squares", got: sumSq, want: want.sumSq, allowed: 2 * relative * want.sumSq },
  ];
  let worst = worstSample;
  for (const check of checks) {
    const error = over(Math.abs(check.got - check.want), check.allowed);
    // Written so that a NaN fails.
    if (!(error <= 1)) {
      return {
        worst: error,
        failure: `${check.name} of ${expected.output} is ${check.got}, not ${check.want}`,
      };
    }
    worst = Math.max(worst, error);
  }
  return { worst, failure: null };
}
