/** Arrays of i8 and u8, four in a word of 32 bits. */
import type { Accessor } from "../../program/program.ts";
import type { MemoryArray } from "./binding-arrays.ts";

/** The word of four values. `round` takes ties to even. NaN is told by its bits and becomes 0. */
function packed(type: "i8" | "u8"): string {
  const [least, most] = type === "i8" ? ["-128.0f", "127.0f"] : ["0.0f", "255.0f"];
  return `fn _to_${type}s(v: vec4f) -> u32 {
  let near = vec4i(clamp(round(v), vec4f(${least}), vec4f(${most})));
  let whole = select(near, vec4i(), (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
  let bytes = (bitcast<vec4u>(whole) & vec4u(255u)) << vec4u(0u, 8u, 16u, 24u);
  return bytes.x | bytes.y | bytes.z | bytes.w;
}
`;
}

/** @param single whether the kernel writes single elements. */
export function byteArray(type: "i8" | "u8", single: boolean): MemoryArray {
  const word = (array: string, index: string): string =>
    single ? `atomicLoad(&${array}[${index}])` : `${array}[${index}]`;
  const helpers: Partial<Record<Accessor, string>> = { put: packed(type), putFour: packed(type) };
  return {
    type: single ? "atomic<u32>" : "u32",
    at: (array, index) => at(type, word(array, `${index} / 4u`), index),
    four: (array, index) => four(type, word(array, index)),
    put: (array, index, value) => put(type, array, index, value),
    putFour: (array, index, value) =>
      single
        ? `atomicStore(&${array}[${index}], _to_${type}s(${value}));`
        : `${array}[${index}] = _to_${type}s(${value});`,
    helpers,
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
  return `let _shift = 8u * (${index} % 4u); let _byte = _to_${type}s(vec4f(${value}, 0.0f, 0.0f, 0.0f)) << _shift; atomicXor(${word}, (atomicLoad(${word}) & (255u << _shift)) ^ _byte);`;
}
