/** Arrays of each element type: what they are declared as, and how one element, or four, are read and written. */
import type { Accessor } from "../../program/program.ts";
import type { Element } from "./layout.ts";

type Read = (array: string, index: string) => string;
/** `value` is a name, or an expression in parentheses. */
type Write = (array: string, index: string, value: string) => string;

export interface MemoryArray extends Readonly<Record<Accessor, Write>> {
  readonly at: Read;
  readonly four: Read;
  readonly type: string;
  /** Declarations that an accessor needs. */
  readonly helpers: Readonly<Partial<Record<Accessor, string>>>;
}

/**
 * @param wide whether it is bound by fours.
 * @param single whether single elements are written.
 */
export function arrayOf(element: Element, wide: boolean, single: boolean): MemoryArray {
  switch (element) {
    case "f32":
    case "f16":
      return ofFloats(element, wide);
    case "halves":
      return single ? ofAtomicWords : ofWords(wide);
  }
}

function ofFloats(element: "f32" | "f16", wide: boolean): MemoryArray {
  const one: Read = (array, index) =>
    wide ? `${array}[${index} / 4u][${index} % 4u]` : `${array}[${index}]`;
  const [read, readFour, write, writeFour] =
    element === "f32" ? ["", "", "", ""] : ["f32", "vec4f", "f16", "vec4h"];
  return {
    type: wide ? `vec4<${element}>` : element,
    at: (array, index) => converted(read, one(array, index)),
    four: (array, index) => converted(readFour, `${array}[${index}]`),
    put: (array, index, value) => `${one(array, index)} = ${converted(write, value)};`,
    putFour: (array, index, value) => `${array}[${index}] = ${converted(writeFour, value)};`,
    helpers: {},
  };
}

function converted(type: string, text: string): string {
  return type === "" ? text : `${type}(${text})`;
}

/**
 * WGSL leaves open what its pack2x16float makes of a value beyond the range (SwiftShader makes a NaN of an infinity)
 * and how it rounds, so halves are made by integer arithmetic, to the nearest, ties to even, as in `float16.ts`: 65520 and
 * above is infinite; below 2^-14 the steps of 2^-24 are counted by adding 2^23. Reading is left to unpack2x16float,
 * which gave all 65,536 values right, subnormals too, on both software adapters.
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

function ofWords(wide: boolean): MemoryArray {
  return {
    type: wide ? "vec2u" : "u32",
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
 * so it does not matter which of them comes first: the same input gives the same bits.
 */
const ofAtomicWords: MemoryArray = {
  type: "atomic<u32>",
  at: atomicHalf,
  // No kernel takes fours of a tensor of which it writes single elements for speed: this is for completeness.
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
  // The value first: it may be a sum with what is there.
  return `let _half = _to_halves(vec4f(${value})).x; let _shift = 16u * (${index} % 2u); atomicAnd(${word}, ~(0xffffu << _shift)); atomicOr(${word}, _half << _shift);`;
}

function fourOf(index: string, text: (index: string, i: number) => string): string[] {
  return [0, 1, 2, 3].map((i) => text(`(4u * ${index} + ${i}u)`, i));
}
