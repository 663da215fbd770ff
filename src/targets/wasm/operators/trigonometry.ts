/**
 * sin, cos and tan, two at a time in f64, as FreeBSD's s_sinf.c, k_sinf.c and k_cosf.c (also in musl): with r = x − j·π/2,
 * j whole, π/2 in two parts of 25 and 53 bits. Up to 4e8 the error is less than 1 ulp. Beyond, j is no longer exact and
 * nothing is promised but a sin and cos from −1 to 1.
 */
import type { Wat } from "../../text/wat.ts";
import type { Writer } from "./vector.ts";

/** Takes and returns two numbers in f64. */
export type PairOperator = (w: Writer, x: Wat) => Wat;

const add = (a: Wat, b: Wat): Wat => ["f64x2.add", a, b];
const sub = (a: Wat, b: Wat): Wat => ["f64x2.sub", a, b];
const mul = (a: Wat, b: Wat): Wat => ["f64x2.mul", a, b];

export const sinOfTwo: PairOperator = (w, x) => ofQuadrant(w, turned(w, x), 0);
export const cosOfTwo: PairOperator = (w, x) => ofQuadrant(w, turned(w, x), 1);

/** sin / cos, or −cos / sin in every other quadrant. */
export const tanOfTwo: PairOperator = (w, x) => {
  const { r, quadrant } = turned(w, x);
  const [sine, cosine] = [w.keep("sine", sin(w, r)), w.keep("cosine", cos(w, r))];
  const odd = w.keep("odd", isOdd(quadrant));
  return [
    "f64x2.div",
    ["v128.bitselect", ["f64x2.neg", cosine], sine, odd],
    ["v128.bitselect", sine, cosine, odd],
  ];
};

interface Turned {
  readonly r: Wat;
  /** j, as two i64. */
  readonly quadrant: Wat;
}

function turned(w: Writer, x: Wat): Turned {
  const j = w.keep("j", ["f64x2.nearest", mul(x, w.f64(2 / Math.PI))]);
  const r = sub(sub(x, mul(j, w.f64(1.5707963109016418))), mul(j, w.f64(1.5893254773528196e-8)));
  // A NaN stays one: it is not less than anything.
  const above: Wat = ["f64x2.pmax", r, w.f64(-0.7853982)];
  const quadrant: Wat = ["i64x2.extend_low_i32x4_s", ["i32x4.trunc_sat_f64x2_s_zero", j]];
  return { r: w.keep("r", ["f64x2.pmin", above, w.f64(0.7853982)]), quadrant: w.keep("quadrant", quadrant) };
}

/** @param by the quadrants that the function is ahead of the sine. */
function ofQuadrant(w: Writer, { r, quadrant }: Turned, by: 0 | 1): Wat {
  const one: Wat = ["i64x2.splat", ["i64.const", "1"]];
  const q = by === 0 ? quadrant : w.keep("ahead", ["i64x2.add", quadrant, one]);
  const value: Wat = ["v128.bitselect", cos(w, r), sin(w, r), isOdd(q)];
  // The second lowest bit becomes the sign.
  const second: Wat = ["v128.and", q, ["i64x2.splat", ["i64.const", "2"]]];
  return ["v128.xor", value, ["i64x2.shl", second, ["i32.const", "62"]]];
}

function isOdd(quadrant: Wat): Wat {
  const one: Wat = ["i64x2.splat", ["i64.const", "1"]];
  return ["i64x2.eq", ["v128.and", quadrant, one], one];
}

function sin(w: Writer, x: Wat): Wat {
  const z = w.keep("z", mul(x, x));
  const cube = w.keep("cube", mul(z, x));
  const last = add(w.f64(-1.9839334836096632e-4), mul(z, w.f64(2.718311493989822e-6)));
  const first = add(w.f64(-1.6666666641626524e-1), mul(z, w.f64(8.333329385889463e-3)));
  return add(add(x, mul(cube, first)), mul(mul(cube, mul(z, z)), last));
}

function cos(w: Writer, x: Wat): Wat {
  const z = w.keep("z", mul(x, x));
  const z2 = w.keep("z2", mul(z, z));
  const last = add(w.f64(-1.388676377460993e-3), mul(z, w.f64(2.439044879627741e-5)));
  const first = add(w.f64(1), mul(z, w.f64(-4.99999997251031e-1)));
  return add(add(first, mul(z2, w.f64(4.166662332373906e-2))), mul(mul(z2, z), last));
}
