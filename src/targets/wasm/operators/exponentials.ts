/**
 * exp and exp2, with n whole and r small:
 *
 *     exp(x) = 2ⁿ · exp(r),  r = x − n·ln 2
 *
 * The reduction is that of Cody and Waite (Software Manual for the Elementary Functions, 1980): ln 2 has two parts, and n
 * times the first is exact. Between 2^23 and 2^24 the unit of a float is 1, so that an addition of 1.5 · 2^23 rounds x / ln 2
 * and leaves n in the lowest bits, from which a shift brings it into an exponent: i32x4.trunc_sat takes eight instructions
 * on x64. The addition of 126 more makes these bits the float 2ⁿ⁻¹, and the polynomial is that of 2 · exp(r), so that results
 * up to the largest float are right, and beyond it infinite. The polynomials are minimax for a relative error, with
 * exp(0) = 1 (Remez; 2.6e-9). Results are within 1.5 ulp.
 *
 * Below 2^-125 a result is 0: processors take a hundred times as long for numbers below 2^-126.
 */
import type { Wat } from "../../text/wat.ts";
import { add, lt, mul, polynomial, sub, type VectorOperator, type Writer, without } from "./vector.ts";

const rounding = 1.5 * 2 ** 23 + 126;

/** A NaN stays a NaN: it is not above the least operand for which the result is infinite. */
export const exp: VectorOperator = (w, x) => expBelow(w, w.keep("capped", ["f32x4.pmin", x, w.f32(88.8)]));

/** For an operand up to 88. A NaN stays a NaN. */
export const expBelow: VectorOperator = (w, x) => {
  const shifted = w.keep("shifted", add(mul(x, w.f32(Math.LOG2E)), w.f32(rounding)));
  const n = w.keep("n", sub(shifted, w.f32(rounding)));
  const rest = w.keep("rest", add(mul(n, w.f32(-0.693359375)), x));
  const r = w.keep("r", add(mul(n, w.f32(2.1219444e-4)), rest));
  const near = polynomial(
    w,
    r,
    doubled([1, 0.500000043574, 0.166663648093, 0.041664773328, 0.00837905900123, 0.00140614216567]),
  );
  return scaled(w, x, near, shifted, -125 * Math.LN2);
};

export const exp2: VectorOperator = (w, operand) => {
  const x = w.keep("capped", ["f32x4.pmin", operand, w.f32(128)]);
  const shifted = w.keep("shifted", add(x, w.f32(rounding)));
  const r = w.keep("r", sub(x, sub(shifted, w.f32(rounding))));
  const near = polynomial(
    w,
    r,
    doubled([
      0.693147215076, 0.240226527895, 0.0555031034054, 0.00961769205861, 0.00134067204486, 0.000155948785822,
    ]),
  );
  return scaled(w, x, near, shifted, -125);
};

/** @param rest the coefficients of x, x² … of a polynomial that begins with 1. */
const doubled = (rest: readonly number[]): number[] => [1, ...rest].map((one) => 2 * one);

function scaled(w: Writer, x: Wat, near: Wat, shifted: Wat, least: number): Wat {
  return without(mul(near, ["i32x4.shl", shifted, ["i32.const", "23"]]), lt(x, w.f32(least)));
}
