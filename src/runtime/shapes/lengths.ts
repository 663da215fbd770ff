/** Extents, and numbers of elements, once they are known. */
import { chunkFactor } from "../../program/names.ts";
import type { ProgramTensor } from "../../program/program.ts";

/** A program with every extent known. */
export interface Shapes {
  /** The extent of every factor. For a variadic axis it is the product of its extents. */
  readonly factors: ReadonlyMap<string, number>;
  /** The value of every param. A param that is not an extent is rounded to f32. */
  readonly params: ReadonlyMap<string, number>;
  /** The dims of every tensor except scratch, slowest first. A variadic axis has as many dims as the caller gave. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** The number of elements of every tensor. */
  readonly elements: ReadonlyMap<string, number>;
  /** The value of every element of an omitted affine or state; 0 for other tensors. */
  readonly initials: ReadonlyMap<string, number>;
  /** The factors whose extents each call gives. Their extents here are the largest. */
  readonly open?: ReadonlySet<string>;
}

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
