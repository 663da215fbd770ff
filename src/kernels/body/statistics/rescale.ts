/**
 * The power of two by which the values of a row are multiplied when their squares leave f32 (`graph/passes/rescale.ts`).
 * A row has one of three: 1, or one that brings large or small values near 1. With so few, the parts of a split row can
 * be merged without knowing each other's.
 */
import { add, binary, div, f32, select } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";

/** For values whose squares overflow: from 1e19 / √n up to the largest f32. */
export const down = 2 ** -80;
/** For values whose squares underflow: from the least f32 up to 1e-12. */
export const up = 2 ** 80;

/** A sum of squares of this size or more, or NaN, is not trusted. */
const large = 2 ** 126;
/** The squares that are lost below the least f32, 2^-126, are fewer than 2^-20 of a sum of this size or more. */
const small = 2 ** -84;

/** Whether a number is finite and no sum of large squares. False for a NaN. */
export function isModerate(value: Expr): Expr {
  return binary("lt", value, f32(large));
}

/**
 * The scale of a row.
 * @param squares the sum or the mean of the squares of its values.
 * @param floor what is added to the squares, or their least value, before anything is made of them. Null if small squares
 * do not matter.
 */
export function scaleOf(squares: Expr, floor: Expr | null): Expr {
  const ordinary =
    floor === null ? f32(1) : select(binary("lt", add(squares, floor), f32(small)), f32(up), f32(1));
  return select(isModerate(squares), ordinary, f32(down));
}

export function isScaled(scale: Expr): Expr {
  return binary("ne", scale, f32(1));
}

/** Squares of values times a scale, without the scale. */
export function unscaled(squares: Expr, scale: Expr): Expr {
  return div(div(squares, scale), scale);
}
