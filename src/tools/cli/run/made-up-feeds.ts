/** Small made-up tensors that fit any norm. They are the same each time. */

import type { Program, ProgramTensor } from "../../../program/program.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import { uniform } from "../../../tuning/measure/uniform.ts";
import { shapesOf } from "../arguments/shape.ts";
import type { Feed } from "../files/read-cases.ts";

/** Extents that keep a norm small: an axis that no param fixes gets a few elements, the last axis a longer row. */
export function sampleShapes(program: Program): Shapes {
  const extents = new Map<string, readonly number[]>();
  for (const [i, axis] of program.axes.entries()) {
    for (const factor of axis.factors) {
      if (factor.extent !== null) continue;
      const size = axis.factors.length === 1 && i > 0 ? 24 : 4;
      extents.set(factor.name, axis.variadic ? [3, 5] : [size]);
    }
  }
  return shapesOf(program, { extents, params: {} });
}

export function sampleFeeds(program: Program, shapes: Shapes): Record<string, Feed> {
  const random = uniform(1);
  const fed = program.tensors.filter((one) => one.role !== "output" && one.role !== "scratch");
  return Object.fromEntries(
    fed.map((tensor) => {
      const length = shapes.elements.get(tensor.name) ?? 0;
      const initial = shapes.initials.get(tensor.name) ?? 0;
      const data = Array.from({ length }, () => Math.fround(sample(tensor, initial, random)));
      return [tensor.name, { dims: shapes.dims.get(tensor.name) ?? [], data }];
    }),
  );
}

/** An input is far from zero, as activations are. An affine or a state is near its initial value. */
function sample({ role }: ProgramTensor, initial: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  if (role === "input") return 1 + 2 * normal;
  // A variance is not negative.
  return role === "state" && initial > 0 ? initial * Math.exp(0.5 * normal) : initial + 0.5 * normal;
}
