/**
 * Converts between arrays and the bytes of mapped buffers. A page that has its data in buffers does not load this file.
 */
import type { Dtype } from "../../program/program.ts";
import { fromHalf, toHalf } from "./float16.ts";

/** Writes values into the bytes of a mapped buffer, rounded to its element type. */
export function writeElements(bytes: ArrayBuffer, values: ArrayLike<number>, dtype: Dtype): void {
  if (dtype === "f32") {
    new Float32Array(bytes, 0, values.length).set(values);
    return;
  }
  const halves = new Uint16Array(bytes, 0, values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(values[i]!);
}

/** Copies the first `count` elements out of the bytes of a mapped buffer. */
export function readElements(bytes: ArrayBuffer, count: number, dtype: Dtype): Float32Array<ArrayBuffer> {
  if (dtype === "f32") return new Float32Array(bytes.slice(0, count * 4));
  return Float32Array.from(new Uint16Array(bytes, 0, count), fromHalf);
}
