/** Arrays of i32 and u32. */
import type { MemoryArray } from "./binding-arrays.ts";

/** Beyond the largest float that a conversion takes, the largest integer. NaN is told by its bits and becomes 0. */
function helper(type: "i32" | "u32"): string {
  const [least, most, largest] =
    type === "i32"
      ? ["-2147483648.0f", "2147483520.0f", "2147483647i"]
      : ["0.0f", "4294967040.0f", "4294967295u"];
  const fours = `vec4${type[0]}`;
  return `fn _to_${type}s(v: vec4f) -> ${fours} {
  let near = ${fours}(clamp(round(v), vec4f(${least}), vec4f(${most})));
  let whole = select(near, ${fours}(${largest}), v > vec4f(${most}));
  return select(whole, ${fours}(), (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}
`;
}

/** @param wide whether the array is bound as fours. */
export function integerArray(type: "i32" | "u32", wide: boolean): MemoryArray {
  const one = (array: string, index: string): string =>
    wide ? `${array}[${index} / 4u][${index} % 4u]` : `${array}[${index}]`;
  const helpers = { put: helper(type), putFour: helper(type) };
  return {
    type: wide ? `vec4<${type}>` : type,
    bytes: wide ? 16 : 4,
    at: (array, index) => `f32(${one(array, index)})`,
    four: (array, index) => `vec4f(${array}[${index}])`,
    put: (array, index, value) => `${one(array, index)} = _to_${type}s(vec4f(${value})).x;`,
    putFour: (array, index, value) => `${array}[${index}] = _to_${type}s(${value});`,
    helpers,
  };
}
