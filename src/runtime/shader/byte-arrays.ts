/** Arrays of i8 and u8, four in a word of 32 bits. */
import type { Accessor } from "../../program/program.ts";
import type { MemoryArray } from "./binding-arrays.ts";

/**
 * The byte of a value, and the word of four. `round` takes ties to even. NaN is told by its bits and becomes 0. The lowest
 * byte of 1.5 * 2^23 is zero and its unit is 1, so the sum with a small integer is exact and ends in the byte of that
 * integer: half the time of a conversion to i32 on lavapipe.
 */
function helpersOf(type: "i8" | "u8"): Partial<Record<Accessor, string>> {
  const [least, most] = type === "i8" ? ["-128.0f", "127.0f"] : ["0.0f", "255.0f"];
  return {
    put: `fn _to_${type}(v: f32) -> u32 {
  let whole = select(round(v), 0.0f, (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u);
  return bitcast<u32>(clamp(whole, ${least}, ${most}) + 12582912.0f) & 255u;
}
`,
    putFour: `fn _to_${type}s(v: vec4f) -> u32 {
  let whole = select(round(v), vec4f(), (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
  let near = clamp(whole, vec4f(${least}), vec4f(${most})) + 12582912.0f;
  let bytes = (bitcast<vec4u>(near) & vec4u(255u)) << vec4u(0u, 8u, 16u, 24u);
  return bytes.x | bytes.y | bytes.z | bytes.w;
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
