/** Operators on the bits of numbers. */
import type { Wat } from "../../text/wat.ts";
import { and, choose, gt, lt, or, signBit, type VectorOperator } from "./vector.ts";

/** The first 18 bits, rounded. An infinity or a NaN stays as it is. */
export const high: VectorOperator = (w, x) => {
  const exponent = w.i32(0x7f800000);
  const isFinal: Wat = ["i32x4.eq", and(x, exponent), exponent];
  return choose(x, and(["i32x4.add", x, w.i32(0x20)], w.i32(~0x3f)), isFinal);
};

/** A zero and a NaN stay as they are. */
export const sign: VectorOperator = (w, x) => {
  const differs = or(gt(x, w.f32(0)), lt(x, w.f32(0)));
  return choose(or(w.f32(1), and(x, w.i32(signBit))), x, differs);
};
