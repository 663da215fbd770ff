/// <reference lib="esnext.float16" preserve="true" />
/**
 * Converts between arrays and the bytes of mapped buffers. A page that has its data in buffers does not load this file.
 */
import { isInteger, toInteger } from "../../program/integers.ts";
import type { Dtype } from "../../program/program.ts";
import { toHalf } from "./float16.ts";
import { fromHalf } from "./from-half.ts";

/**
 * The array of a float tensor whose norm has the dtype `D`. Elements of f16 come in a `Float16Array`, and in a
 * `Float32Array` where the engine has none.
 */
export type FloatArray<D> = [D] extends ["f32" | undefined]
  ? Float32Array<ArrayBuffer>
  : Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>;

/** The elements of one tensor as a caller gets them, in the array of their type. */
export type ElementArray =
  | FloatArray<"f16">
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

/** `Float16Array`, which Node 22 and browsers before 2025 lack. */
const Halves = "Float16Array" in globalThis ? Float16Array : undefined;

/** How the elements lie in memory. An f16 is its bits. */
const arrays = {
  f32: Float32Array,
  f16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  u32: Uint32Array,
} as const;

/** Writes values into the bytes of a mapped buffer, rounded to its element type. */
export function writeElements(bytes: ArrayBuffer, values: ArrayLike<number>, dtype: Dtype): void {
  const array = arrays[dtype];
  const elements = new array(bytes, 0, values.length);
  if (dtype === "f32" || (isInteger(dtype) && values instanceof array)) {
    elements.set(values);
    return;
  }
  if (dtype === "f16" && Halves !== undefined && values instanceof Halves) {
    elements.set(new Uint16Array(values.buffer, values.byteOffset, values.length));
    return;
  }
  const round = rounding(dtype);
  for (let i = 0; i < values.length; i++) elements[i] = round(values[i]!);
}

function rounding(dtype: Dtype): (value: number) => number {
  return isInteger(dtype) ? (value) => toInteger(value, dtype) : toHalf;
}

/** Copies the first `count` elements out of the bytes of a mapped buffer. */
export function readElements(bytes: ArrayBuffer, count: number, dtype: Dtype): ElementArray {
  if (dtype === "f16") {
    if (Halves !== undefined) return new Halves(bytes.slice(0, 2 * count));
    return Float32Array.from(new Uint16Array(bytes, 0, count), fromHalf);
  }
  const array = arrays[dtype];
  return new array(bytes.slice(0, count * array.BYTES_PER_ELEMENT));
}

/** The values in an array of their element type, rounded to it. */
export function elementsOf(values: ArrayLike<number>, dtype: Dtype): ElementArray {
  const bytes = new ArrayBuffer(values.length * arrays[dtype].BYTES_PER_ELEMENT);
  writeElements(bytes, values, dtype);
  return readElements(bytes, values.length, dtype);
}
