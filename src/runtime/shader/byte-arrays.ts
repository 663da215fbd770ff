/** Arrays of i8 and u8, four in a word of 32 bits. */
import type { Accessor } from "../../program/program.ts";
import type { MemoryArray } from "./binding-arrays.ts";

/**
 * The byte of a value, and the word of four. Between 2^23 and 2^24 the unit of a float is 1, so an addition of 1.5 * 2^23
 * rounds, ties to even, and leaves the integer in the lowest bits: half the time of a conversion to i32 on lavapipe. Bits
 * of positive floats are in order, so integers saturate them. NaN is told by its bits and becomes 0.
 *
 * Four of them are added up into a word, in multiplications: SwiftShader shifts each lane by itself. For that, an i8 is
 * counted from -128, and the highest bits of the bytes are turned at the end.
 */
function helpersOf(type: "i8" | "u8"): Partial<Record<Accessor, string>> {
  const zero = type === "i8" ? 128 : 0;
  const magic = `${1.5 * 2 ** 23 + zero}.0f`;
  const bits = (byte: number): string => `0x4b4000${byte.toString(16).padStart(2, "0")}`;
  const near = (ints: string): string =>
    `min(max(bitcast<${ints}>(v + ${magic}), ${ints}(${bits(0)})), ${ints}(${bits(255)}))`;
  const turn = (mask: string): string => (zero === 0 ? "" : ` ^ ${mask}`);
  return {
    put: `fn _to_${type}(v: f32) -> u32 {
  let byte = select(${near("i32")}, ${bits(zero)}, (bitcast<i32>(v) & 0x7fffffff) > 0x7f800000);
  return (bitcast<u32>(byte) & 255u)${turn("128u")};
}
`,
    putFour: `fn _to_${type}s(v: vec4f) -> u32 {
  let isNan = (bitcast<vec4i>(v) & vec4i(0x7fffffff)) > vec4i(0x7f800000);
  let bytes = bitcast<vec4u>(select(${near("vec4i")}, vec4i(${bits(zero)}), isNan));
  let word = bytes.x + bytes.y * 256u + bytes.z * 65536u + bytes.w * 16777216u;
  return (word - 0x8b400000u)${turn("0x80808080u")};
}
`,
  };
}

/** @param single whether the kernel writes single elements. */
export function byteArray(type: "i8" | "u8", single: boolean): MemoryArray {
  const word = (array: string, index: string): string =>
    single ? `atomicLoad(&${array}[${index}])` : `${array}[${index}]`;
  return {
    type: single ? "atomic<u32>" : "u32",
    bytes: 4,
    at: (array, index) => at(type, word(array, `${index} / 4u`), index),
    four: (array, index) => four(type, word(array, index)),
    put: (array, index, value) => put(type, array, index, value),
    putFour: (array, index, value) =>
      single
        ? `atomicStore(&${array}[${index}], _to_${type}s(${value}));`
        : `${array}[${index}] = _to_${type}s(${value});`,
    helpers: helpersOf(type),
  };
}

/** A shift to the left and back extends the sign. */
function at(type: "i8" | "u8", word: string, index: string): string {
  return type === "i8"
    ? `f32((bitcast<i32>(${word}) << (24u - 8u * (${index} % 4u))) >> 24u)`
    : `f32((${word} >> (8u * (${index} % 4u))) & 255u)`;
}

function four(type: "i8" | "u8", word: string): string {
  return type === "i8"
    ? `vec4f((vec4i(bitcast<i32>(${word})) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u))`
    : `vec4f((vec4u(${word}) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u))`;
}

/**
 * Up to four invocations write the bytes of one word. Each flips the bits of its own byte that differ and leaves the
 * others alone, so their order does not matter. Nobody else writes its byte meanwhile.
 */
function put(type: "i8" | "u8", array: string, index: string, value: string): string {
  const word = `&${array}[${index} / 4u]`;
  return `let _shift = 8u * (${index} % 4u); let _byte = _to_${type}(${value}) << _shift; atomicXor(${word}, (atomicLoad(${word}) & (255u << _shift)) ^ _byte);`;
}
