/** Numbers of elements, once extents are known. */
import { chunkFactor } from "../../program/names.ts";
import type { ProgramTensor } from "../../program/program.ts";
import type { Shapes } from "./shapes.ts";

/** Updates the shapes once the number of chunks of a kernel is known. */
export function withChunks(
  program: { readonly tensors: readonly ProgramTensor[] },
  shapes: Shapes,
  chunks: number,
): Shapes {
  const factors = new Map([...shapes.factors, [chunkFactor, chunks]]);
  const scratch = program.tensors.flatMap(({ name, values }) =>
    values === undefined ? [] : [[name, scratchLength(values, (factor) => factors.get(factor)!)] as const],
  );
  return { ...shapes, factors, elements: new Map([...shapes.elements, ...scratch]) };
}

/** Each value of scratch memory begins at a multiple of four. */
export function scratchLength(
  values: readonly (readonly string[])[],
  extentOf: (factor: string) => number,
): number {
  return values.reduce((sum, factors) => sum + Math.ceil(product(factors.map(extentOf)) / 4) * 4, 0);
}

/** The product of the extents; 1 for an empty list. */
export function product(extents: readonly number[]): number {
  return extents.reduce((a, b) => a * b, 1);
}
