/** The integer element types, and how a number becomes an element of one. */

/** i8 and u8 lie four in a word of 32 bits, i32 and u32 have one each. */
export type IntegerType = "i8" | "u8" | "i32" | "u32";

export const integerRanges: Readonly<Record<IntegerType, readonly [least: number, most: number]>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

export function isInteger(dtype: string): dtype is IntegerType {
  return Object.hasOwn(integerRanges, dtype);
}

/** The nearest integer, ties to even, within the range of the type: ONNX's QuantizeLinear. NaN becomes 0. */
export function toInteger(value: number, type: IntegerType): number {
  const [least, most] = integerRanges[type];
  const below = Math.floor(value);
  const rest = value - below;
  const nearest = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  // An infinity has no rest: `nearest` is itself.
  return Number.isNaN(value) ? 0 : Math.min(Math.max(nearest, least), most) + 0;
}
