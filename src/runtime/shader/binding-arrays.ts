/** Arrays of each element type: their declaration, and how to read and write one element or four. */
import type { Accessor, FloatType } from "../../program/program.ts";

type Read = (array: string, index: string) => string;
/** `value` is a name, or an expression in parentheses. */
type Write = (array: string, index: string, value: string) => string;

export interface MemoryArray extends Readonly<Record<Accessor, Write>> {
  readonly at: Read;
  readonly four: Read;
  readonly type: string;
  /** The bytes of an element of this type. */
  readonly bytes: number;
  /** Declarations that each accessor needs. */
  readonly helpers: Readonly<Partial<Record<Accessor, string>>>;
}

/** @param wide whether the array is bound as fours. */
export function floatArray(element: FloatType, wide: boolean): MemoryArray {
  const one: Read = (array, index) =>
    wide ? `${array}[${index} / 4u][${index} % 4u]` : `${array}[${index}]`;
  const [read, readFour, write, writeFour] =
    element === "f32" ? ["", "", "", ""] : ["f32", "vec4f", "f16", "vec4h"];
  return {
    type: wide ? `vec4<${element}>` : element,
    bytes: (wide ? 4 : 1) * (element === "f32" ? 4 : 2),
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
