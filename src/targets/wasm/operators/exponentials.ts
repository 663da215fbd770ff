/**
 * exp and exp2, with n whole and r small:
 *
 *     exp(x) = 2ⁿ · exp(r),  r = x − n·ln 2
 *
 * The exponent is that of Cody and Waite (Software Manual for the Elementary Functions, 1980): ln 2 has two parts, and n
 * times the first is exact. Between 2^23 and 2^24 the unit of a float is 1, so that an addition of 1.5 · 2^23 rounds x / ln 2
 * and leaves n in the lowest bits, from which a shift brings it into an exponent: i32x4.trunc_sat takes eight instructions
 * on x64. The polynomials are minimax for a relative error, with exp(0) = 1 (Remez; 2.6e-9). Results are within 1.5 ulp.
 *
 * Beyond the largest float a result is infinite; below 2^-126 it is 0, since WebAssembly can compute with smaller numbers
 * but processors take a hundred times as long.
 */
import type { Wat } from "../../text/wat.ts";
import {
  add,
  choose,
  le,
  lt,
  mul,
  polynomial,
  sub,
  type VectorOperator,
  type Writer,
  without,
} from "./vector.ts";

const rounding = 1.5 * 2 ** 23;

export const exp: VectorOperator = (w, x) => {
  const shifted = w.keep("shifted", add(mul(x, w.f32(Math.LOG2E)), w.f32(rounding)));
  const n = w.keep("n", sub(shifted, w.f32(rounding)));
  const r = w.keep("r", sub(sub(x, mul(n, w.f32(0.693359375))), mul(n, w.f32(-2.1219444e-4))));
  const near = polynomial(
    w,
    r,
    [1, 1, 0.500000043574, 0.166663648093, 0.041664773328, 0.00837905900123, 0.00140614216567],
  );
  // ln(2^128) and ln(2^-126), to the side from which results are normal numbers.
  return scaled(w, x, near, shifted, { most: 88.72283, least: -87.33654 });
};

export const exp2: VectorOperator = (w, x) => {
  const shifted = w.keep("shifted", add(x, w.f32(rounding)));
  const r = w.keep("r", sub(x, sub(shifted, w.f32(rounding))));
  const near = polynomial(
    w,
    r,
    [
      1, 0.693147215076, 0.240226527895, 0.0555031034054, 0.00961769205861, 0.00134067204486,
      0.000155948785822,
    ],
  );
  return scaled(w, x, near, shifted, { most: 127.99999, least: -126 });
};

/** What is not up to `most` is infinite, or a NaN and stays one. */
function scaled(
  w: Writer,
  x: Wat,
  near: Wat,
  shifted: Wat,
  { most, least }: { readonly most: number; readonly least: number },
): Wat {
  const whole: Wat = ["i32x4.add", near, ["i32x4.shl", shifted, ["i32.const", "23"]]];
  const beyond = add(x, w.f32(Number.POSITIVE_INFINITY));
  return without(choose(whole, beyond, le(x, w.f32(most))), lt(x, w.f32(least)));
}
