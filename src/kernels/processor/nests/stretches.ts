/**
 * The loops over one run of elements: some vectors at a time, then one, then the elements that are left. Their number is
 * any, and so is the element where they begin.
 *
 *     for (i = first; i < wide; i += 16) { 4 vectors }  for (; i < four; i += 4) { a vector }  for (; i < end; i++) { … }
 */
import { bind, createFrame, type Frame, type NameOf } from "../../body/frame.ts";
import { add, binary, local, sub, u32 } from "../../ir/expr.ts";
import type { Expr, Stmt } from "../../ir/ir.ts";
import type { Level } from "./levels.ts";

/** The elements of a run from `first` up to `end`. */
export interface Bounds {
  readonly first: Expr;
  readonly end: Expr;
}

/** One of these loops, and the frames of what it takes in a step. */
export interface Stretch extends Bounds {
  readonly counter: string;
  /** How many elements a step takes. */
  readonly step: number;
  readonly frames: readonly Frame[];
  /** Whether it has less than four steps. */
  readonly isShort: boolean;
}

/** @param unroll how many vectors the first loop takes in a step. */
export function stretchesOf(
  frame: Frame,
  { factors, vector }: Level,
  { first, end }: Bounds,
  unroll: number,
  nameOf: NameOf,
): Stretch[] {
  const stretch = (from: Expr, to: Expr, width: number, count: number, isShort: boolean): Stretch => {
    const counter = nameOf("i");
    const frames = Array.from({ length: count }, (_, place) => {
      const linear = add(local("u32", counter), u32(place * width));
      const run = { factors, linear, vector: width === 4 ? vector : null };
      return createFrame(frame, width === 4 ? { ...run, ragged: true } : run);
    });
    return { first: from, end: to, counter, step: count * width, frames, isShort };
  };
  if (vector === null) return [stretch(first, end, 1, 1, false)];
  const length = sub(end, first);
  const upTo = (step: number): Expr =>
    bind(frame, "stop", add(first, sub(length, binary("mod", length, u32(step)))), nameOf);
  const four = upTo(4);
  const tail = stretch(four, end, 1, 1, true);
  if (unroll === 1) return [stretch(first, four, 4, 1, false), tail];
  const wide = upTo(4 * unroll);
  return [stretch(first, wide, 4, unroll, false), stretch(wide, four, 4, 1, true), tail];
}

/** The loop of a stretch. */
export function loopOf({ counter, first, end, step, frames }: Stretch, bounds?: Bounds): Stmt {
  return {
    kind: "for",
    name: counter,
    start: bounds?.first ?? first,
    end: bounds?.end ?? end,
    step: u32(step),
    body: frames.flatMap((one) => one.body),
  };
}
