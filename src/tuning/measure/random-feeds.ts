/**
 * Random data for the tensors that a program reads. They are equal each time, so that candidates and machines compare.
 */

import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { elementsOf } from "../../runtime/shapes/array-elements.ts";
import type { Dtypes } from "../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../runtime/shapes/shapes.ts";
import { uniform } from "./uniform.ts";

/** By tensor, rounded to its dtype. */
export type Feeds = ReadonlyMap<string, ArrayLike<number>>;

export function randomFeeds(program: ProgramInterface, shapes: Shapes, dtypes: Dtypes): Feeds {
  const next = uniform(1);
  const read = program.tensors.filter(({ role }) => role !== "scratch" && role !== "output");
  return new Map(
    read.map((tensor) => {
      const values = new Float32Array(shapes.elements.get(tensor.name)!);
      const initial = shapes.initials.get(tensor.name)!;
      for (let i = 0; i < values.length; i++) values[i] = sample(tensor, initial, next);
      return [tensor.name, elementsOf(values, dtypes.get(tensor.name)!)];
    }),
  );
}

/**
 * Integers are small, as labels and masks. The mean of another input is not zero, as in activations. Affines lie near their initial value. A variance and a saved
 * tensor (rstd) are above zero.
 */
function sample({ role, dtype }: ProgramTensor, initial: number, next: () => number): number {
  if (dtype !== undefined) return Math.floor(4 * next());
  // The sum of three uniform numbers has deviation 1/2. For a large tensor it is cheaper than a logarithm and a cosine.
  const normal = 2 * (next() + next() + next() - 1.5);
  if (role === "input") return 0.5 + normal;
  if (role === "saved") return 0.5 + next();
  return role === "state" && initial > 0 ? initial * (0.5 + next()) : initial + 0.25 * normal;
}
