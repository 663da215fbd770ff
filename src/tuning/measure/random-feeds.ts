/** Random data for what a program reads: the same each time, so that candidates and machines can be compared. */

import type { Program, ProgramTensor } from "../../program/program.ts";
import type { Dtypes } from "../../runtime/shapes/element-types.ts";
import { fromHalf, toHalf } from "../../runtime/shapes/float16.ts";
import type { Shapes } from "../../runtime/shapes/shapes.ts";
import { uniform } from "./uniform.ts";

/** By tensor, rounded to its dtype. */
export type Feeds = ReadonlyMap<string, Float32Array>;

export function randomFeeds(program: Program, shapes: Shapes, dtypes: Dtypes): Feeds {
  const next = uniform(1);
  const read = program.tensors.filter(({ role }) => role !== "scratch" && role !== "output");
  return new Map(
    read.map((tensor) => {
      const values = new Float32Array(shapes.elements.get(tensor.name)!);
      for (let i = 0; i < values.length; i++) values[i] = sample(tensor, next);
      const half = dtypes.get(tensor.name) === "f16";
      return [tensor.name, half ? values.map((value) => fromHalf(toHalf(value))) : values];
    }),
  );
}

/** An input away from zero, as activations are; an affine near its initial value; a variance and what is saved (rstd) above zero. */
function sample({ role, initial = 0 }: ProgramTensor, next: () => number): number {
  // The sum of three has the deviation 1/2, and costs a large tensor less than a logarithm and a cosine.
  const normal = 2 * (next() + next() + next() - 1.5);
  if (role === "input") return 0.5 + normal;
  if (role === "saved") return 0.5 + next();
  return role === "state" && initial > 0 ? initial * (0.5 + next()) : initial + 0.25 * normal;
}
