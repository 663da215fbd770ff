/** Arrays whose elements lie in words of 32 bits: integers, and halves on a device without `shader-f16`. */
import type { MemoryArray } from "./binding-arrays.ts";
import { byteArray } from "./byte-arrays.ts";
import { halfArray } from "./half-arrays.ts";
import { integerArray } from "./integer-arrays.ts";
import type { WordElement } from "./layout.ts";

/**
 * @param wide whether the array is bound as fours.
 * @param single whether the kernel writes single elements.
 */
export function wordArray(element: WordElement, wide: boolean, single: boolean): MemoryArray {
  switch (element) {
    case "halves":
      return halfArray(wide, single);
    case "i8":
    case "u8":
      return byteArray(element, single);
    case "i32":
    case "u32":
      return integerArray(element, wide);
  }
}
