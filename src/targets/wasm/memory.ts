/**
 * Loads and stores, by what lies in memory. Values are f32. An integer is the nearest one, ties to even, within its
 * range, and 0 of a NaN (`toInteger`): `nearest`, then a conversion that saturates.
 */
import type { IntegerType } from "../../program/integers.ts";
import type { Wat } from "../text/wat.ts";
import { get, tee } from "./function-locals.ts";

export type Element = "f32" | IntegerType;

export const elementBytes: Readonly<Record<Element, number>> = { f32: 4, i8: 1, u8: 1, i32: 4, u32: 4 };

/** What stands between the instruction and its address: nothing, or `offset=`. */
export type At = readonly Wat[];

export function loadOne(element: Element, at: At): Wat {
  switch (element) {
    case "f32":
      return ["f32.load", ...at];
    case "i8":
      return ["f32.convert_i32_s", ["i32.load8_s", ...at]];
    case "u8":
      return ["f32.convert_i32_s", ["i32.load8_u", ...at]];
    case "i32":
      return ["f32.convert_i32_s", ["i32.load", ...at]];
    case "u32":
      return ["f32.convert_i32_u", ["i32.load", ...at]];
  }
}

/** Four neighbours. */
export function loadFour(element: Element, at: At): Wat {
  switch (element) {
    case "f32":
      return ["v128.load", ...at];
    case "i8":
    case "u8": {
      const sign = element === "i8" ? "s" : "u";
      const halves: Wat = [`i16x8.extend_low_i8x16_${sign}`, ["v128.load32_zero", ...at]];
      return ["f32x4.convert_i32x4_s", [`i32x4.extend_low_i16x8_${sign}`, halves]];
    }
    case "i32":
      return ["f32x4.convert_i32x4_s", ["v128.load", ...at]];
    case "u32":
      return ["f32x4.convert_i32x4_u", ["v128.load", ...at]];
  }
}

/** @param temporary a local of four values. */
export function storeOne(element: Element, at: At, value: Wat, temporary: string): Wat {
  switch (element) {
    case "f32":
      return ["f32.store", ...at, value];
    case "i8":
    case "u8":
      return [
        "i32.store8",
        ...at,
        ["i8x16.extract_lane_u", "0", bytes(element, ["f32x4.splat", value], temporary)],
      ];
    case "i32":
      return ["i32.store", ...at, ["i32.trunc_sat_f32_s", ["f32.nearest", value]]];
    case "u32":
      return ["i32.store", ...at, ["i32.trunc_sat_f32_u", ["f32.nearest", value]]];
  }
}

export function storeFour(element: Element, at: At, value: Wat, temporary: string): Wat {
  switch (element) {
    case "f32":
      return ["v128.store", ...at, value];
    case "i8":
    case "u8":
      return ["i32.store", ...at, ["i32x4.extract_lane", "0", bytes(element, value, temporary)]];
    case "i32":
      return ["v128.store", ...at, ["i32x4.trunc_sat_f32x4_s", ["f32x4.nearest", value]]];
    case "u32":
      return ["v128.store", ...at, ["i32x4.trunc_sat_f32x4_u", ["f32x4.nearest", value]]];
  }
}

/** The nearest bytes of four values, in the first four. Both steps from 32 bits to 8 saturate. */
function bytes(element: "i8" | "u8", value: Wat, temporary: string): Wat {
  const twice = (instruction: string, one: Wat): Wat => [instruction, tee(temporary, one), get(temporary)];
  const words: Wat = ["i32x4.trunc_sat_f32x4_s", ["f32x4.nearest", value]];
  const sign = element === "i8" ? "s" : "u";
  return twice(`i8x16.narrow_i16x8_${sign}`, twice("i16x8.narrow_i32x4_s", words));
}
