/** Between arrays and the mapped bytes of buffers. Apart, since a page that has its data in buffers loads none of it. */
import type { Dtype } from "../../program/program.ts";
import { fromHalf, toHalf } from "./float16.ts";

/** Writes values into the mapped bytes of a buffer, rounded to its element type. */
export function writeElements(bytes: ArrayBuffer, values: ArrayLike<number>, dtype: Dtype): void {
  if (dtype === "f32") {
    new Float32Array(bytes, 0, values.length).set(values);
    return;
  }
  const halves = new Uint16Array(bytes, 0, values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(values[i]!);
}

/** The first `count` elements of the mapped bytes of a buffer, copied. */
export function readElements(bytes: ArrayBuffer, count: number, dtype: Dtype): Float32Array<ArrayBuffer> {
  if (dtype === "f32") return new Float32Array(bytes.slice(0, count * 4));
  return Float32Array.from(new Uint16Array(bytes, 0, count), fromHalf);
}
