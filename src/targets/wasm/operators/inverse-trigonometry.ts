/** asin, acos and atan, as asinf.c, acosf.c and atanf.c of Cephes (Moshier, 1992). */
import type { Wat } from "../../text/wat.ts";
import {
  abs,
  add,
  and,
  choose,
  div,
  gt,
  lt,
  mul,
  or,
  polynomial,
  signBit,
  sqrt,
  sub,
  type VectorOperator,
  type Writer,
} from "./vector.ts";

/** At most 2 ulp. NaN beyond 1. */
export const asin: VectorOperator = (w, x) => {
  const { big, y } = ofHalf(w, x);
  // π/2 in two parts: it is larger than the result, and so is its error.
  const rest = sub(sub(w.f32(Math.PI / 2), add(y, y)), w.f32(Math.fround(Math.PI / 2) - Math.PI / 2));
  const magnitude = choose(rest, y, big);
  return withSignOf(w, x, magnitude);
};

/** At most 2 ulp. */
export const acos: VectorOperator = (w, x) => {
  const { big, y } = ofHalf(w, x);
  const twice = w.keep("twice", add(y, y));
  const far = choose(sub(w.f32(Math.PI), twice), twice, lt(x, w.f32(0)));
  return choose(far, sub(w.f32(Math.PI / 2), withSignOf(w, x, y)), big);
};

/** The asin of |x|, or of √((1 − |x|) / 2) above ½. */
function ofHalf(w: Writer, x: Wat): { readonly big: Wat; readonly y: Wat } {
  const a = w.keep("a", abs(x));
  const big = w.keep("big", gt(a, w.f32(0.5)));
  const z = w.keep("z", choose(mul(w.f32(0.5), sub(w.f32(1), a)), mul(a, a), big));
  const s = w.keep("s", choose(sqrt(z), a, big));
  const p = polynomial(
    w,
    z,
    [1.6666752422e-1, 7.4953002686e-2, 4.5470025998e-2, 2.4181311049e-2, 4.2163199048e-2],
  );
  // Of a NaN and beyond 1, `a` is not big or the root is none.
  return { big, y: w.keep("y", add(s, mul(mul(s, z), p))) };
}

/** At most 3 ulp. */
export const atan: VectorOperator = (w, x) => {
  const a = w.keep("a", abs(x));
  const big = w.keep("big", gt(a, w.f32(Math.SQRT2 + 1)));
  const middle = w.keep("middle", gt(a, w.f32(Math.SQRT2 - 1)));
  const above = choose(w.f32(-1), choose(sub(a, w.f32(1)), a, middle), big);
  const below = choose(a, choose(add(a, w.f32(1)), w.f32(1), middle), big);
  const t = w.keep("t", div(above, below));
  const z = w.keep("z", mul(t, t));
  const p = polynomial(w, z, [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2]);
  const base = choose(w.f32(Math.PI / 2), and(w.f32(Math.PI / 4), middle), big);
  return withSignOf(w, x, add(base, add(t, mul(mul(t, z), p))));
};

/** @param magnitude from 0, or NaN. */
function withSignOf(w: Writer, x: Wat, magnitude: Wat): Wat {
  return or(magnitude, and(x, w.i32(signBit)));
}
