/**
 * Arrays of f16 for devices without `shader-f16`: two halves in a u32. Loaded on demand, because most devices have the
 * feature and most norms use f32.
 */
import type { MemoryArray } from "./binding-arrays.ts";

/**
 * WGSL does not define how pack2x16float rounds, nor its result for a value out of range (SwiftShader turns an infinity
 * into a NaN). So this makes halves with integer arithmetic, to the nearest, ties to even, as in `float16.ts`: 65520
 * and above is infinite; below 2^-14, adding 2^23 counts the steps of 2^-24. unpack2x16float reads: it gave all 65,536
 * values right, also subnormals, on both software adapters.
 */
const toHalves = `fn _to_halves(v: vec4f) -> vec4u {
  let all = bitcast<vec4u>(v);
  let magnitude = all & vec4u(0x7fffffffu);
  let normal = (magnitude - vec4u(0x37fff001u) + ((magnitude >> vec4u(13u)) & vec4u(1u))) >> vec4u(13u);
  let small = bitcast<vec4u>(bitcast<vec4f>(magnitude) * 16777216.0f + 8388608.0f) - vec4u(0x4b000000u);
  let finite = select(normal, small, magnitude < vec4u(0x38800000u));
  let beyond = select(vec4u(0x7c00u), vec4u(0x7e00u), magnitude > vec4u(0x7f800000u));
  return ((all >> vec4u(16u)) & vec4u(0x8000u)) | select(finite, beyond, magnitude >= vec4u(0x477ff000u));
}
fn _to_words(v: vec4f) -> vec2u {
  let halves = _to_halves(v);
  return halves.xz | (halves.yw << vec2u(16u));
}
`;

function half(word: string, index: string): string {
  return `unpack2x16float(${word} >> (16u * (${index} % 2u))).x`;
}

/**
 * @param wide whether the array is bound as fours.
 * @param single whether the kernel writes single elements.
 */
export function halfArray(wide: boolean, single: boolean): MemoryArray {
  return single ? atomicWords : plainWords(wide);
}

function plainWords(wide: boolean): MemoryArray {
  return {
    type: wide ? "vec2u" : "u32",
    bytes: wide ? 8 : 4,
    at: (array, index) =>
      half(wide ? `${array}[${index} / 4u][${index} / 2u % 2u]` : `${array}[${index} / 2u]`, index),
    four: (array, index) =>
      `vec4f(unpack2x16float(${array}[${index}].x), unpack2x16float(${array}[${index}].y))`,
    put: () => {
      throw new Error("single halves are written to atomic words");
    },
    putFour: (array, index, value) => `${array}[${index}] = _to_words(${value});`,
    helpers: { putFour: toHalves },
  };
}

/**
 * Two invocations may write the two halves of one word. Each clears and sets its own half and leaves the other alone,
 * so their order does not matter: the same input gives the same bits.
 */
const atomicWords: MemoryArray = {
  type: "atomic<u32>",
  bytes: 4,
  at: atomicHalf,
  // For completeness: no kernel that writes single elements of a tensor also reads fours of it for speed.
  four: (array, index) => `vec4f(${fourOf(index, (each) => atomicHalf(array, each)).join(", ")})`,
  put: putHalf,
  putFour: (array, index, value) =>
    fourOf(index, (each, i) => `{ ${putHalf(array, each, `${value}[${i}]`)} }`).join(" "),
  helpers: { put: toHalves, putFour: toHalves },
};

function atomicHalf(array: string, index: string): string {
  return half(`atomicLoad(&${array}[${index} / 2u])`, index);
}

function putHalf(array: string, index: string, value: string): string {
  const word = `&${array}[${index} / 2u]`;
  // The value comes first, because it may read the old element to add to it.
  return `let _half = _to_halves(vec4f(${value})).x; let _shift = 16u * (${index} % 2u); atomicAnd(${word}, ~(0xffffu << _shift)); atomicOr(${word}, _half << _shift);`;
}

function fourOf(index: string, text: (index: string, i: number) => string): string[] {
  return [0, 1, 2, 3].map((i) => text(`(4u * ${index} + ${i}u)`, i));
}
