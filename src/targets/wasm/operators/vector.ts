/** How operators on four values are written. */
import type { Wat } from "../../text/wat.ts";

/** Writes an operator where its value is needed. */
export interface Writer {
  /** Four copies of a number. */
  f32(value: number): Wat;
  i32(value: number): Wat;
  /** Two copies. */
  f64(value: number): Wat;
  /** Computes a value once. Returns the local that holds it. */
  keep(name: string, value: Wat): Wat;
}

export type VectorOperator = (w: Writer, x: Wat) => Wat;

const instruction =
  (name: string) =>
  (...operands: readonly Wat[]): Wat => [name, ...operands];

export const add = instruction("f32x4.add");
export const sub = instruction("f32x4.sub");
export const mul = instruction("f32x4.mul");
export const div = instruction("f32x4.div");
export const sqrt = instruction("f32x4.sqrt");
export const abs = instruction("f32x4.abs");
export const lt = instruction("f32x4.lt");
export const gt = instruction("f32x4.gt");
export const eq = instruction("f32x4.eq");
/** The bits of the first where those of the third are 1, otherwise those of the second. */
export const choose = instruction("v128.bitselect");
export const and = instruction("v128.and");
export const or = instruction("v128.or");
/** The bits of the first that the second lacks. */
export const without = instruction("v128.andnot");

/** c₀ + c₁·x + c₂·x² …, by Horner's rule. */
export function polynomial(w: Writer, x: Wat, coefficients: readonly number[]): Wat {
  return coefficients
    .slice(0, -1)
    .reduceRight<Wat>((sum, one) => w.keep("p", add(mul(sum, x), w.f32(one))), w.f32(coefficients.at(-1)!));
}

export const signBit = 0x80000000 | 0;
