/** Checks whether the results of a candidate are right: within the numerics contract of the expected values. */
import { isInteger } from "../../program/integers.ts";
import type { Program } from "../../program/program.ts";
import type { Dtypes } from "../../runtime/shapes/element-types.ts";

export type Values = ReadonlyMap<string, ArrayLike<number>>;

/**
 * The contract in f32: relative to 1 or the value, whichever is larger; for a gradient, to the largest of its tensor.
 */
const contract = 1e-5;
/** f16 has eleven bits: a result may round to either neighbour. */
const halfUnit = 2 ** -10;
const halfLeast = 2 ** -24;

/**
 * @param allowed a factor on the error that the contract allows: 2 if the expected values were themselves computed in
 * f32.
 * @returns null, or where and by how much the values differ.
 */
export function disagreement(
  got: Values,
  want: Values,
  program: Program,
  dtypes: Dtypes,
  allowed = 1,
): string | null {
  for (const [name, expected] of want) {
    const values = got.get(name);
    if (values === undefined || values.length !== expected.length)
      return `${name} has not ${expected.length} elements`;
    const dtype = dtypes.get(name)!;
    const half = dtype === "f16";
    const isGradient = program.tensors.some((one) => one.name === name && one.gradientOf !== undefined);
    const largest = isGradient ? largestOf(expected) : 1;
    for (let i = 0; i < expected.length; i++) {
      const [a, b] = [values[i]!, expected[i]!];
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
      // Values beyond the range of f16 count as equal: they round to infinity or to 65504.
      if (half && Math.abs(b) > 65504 && Math.abs(a) >= 65504 && a * b > 0) continue;
      const size = Math.max(1, largest, Math.abs(b));
      // Near the middle between two integers, either may be right.
      const unit = isInteger(dtype) ? 1 : half ? halfUnit * Math.abs(b) + halfLeast : 0;
      const tolerance = allowed * contract * size + unit;
      if (!(Math.abs(a - b) <= tolerance)) return `element ${i} of ${name} is ${a}, not ${b}`;
    }
  }
  return null;
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
