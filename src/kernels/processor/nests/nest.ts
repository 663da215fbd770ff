/** Nests of loops over the elements of a row, or over a part of it. */
import type { AxisSet } from "../../../graph/tensor/axes.ts";
import { bind, createFrame, type Frame, type NameOf } from "../../body/frame.ts";
import type { Path } from "../../body/loop.ts";
import { add, binary, div, extentOf, local, mul, sub, u32 } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";
import type { Level } from "./levels.ts";
import type { Bounds } from "./stretches.ts";

/** The elements of the row that a path takes. Null for all of them. */
export function boundsOf({ range }: Path): Bounds | null {
  switch (range.kind) {
    case "whole":
      return null;
    case "part":
      return range;
    case "resident":
      throw new Error("a processor keeps no row");
  }
}

/** A loop of the nest that has others inside. */
export interface OuterLoop extends Bounds {
  readonly counter: string;
  /** The frame of its body. */
  readonly frame: Frame;
  /** The elements that the loops inside take in this step. Null for all. */
  readonly inside: Bounds | null;
}

/**
 * Opens a loop that has others inside.
 * @param bounds the elements of the level and those inside, counted together.
 */
export function outerLoop(
  frame: Frame,
  { factors }: Level,
  deeper: AxisSet,
  bounds: Bounds | null,
  nameOf: NameOf,
): OuterLoop {
  const counter = nameOf(factors[0].toLowerCase());
  const inner = createFrame(frame, { factors, linear: local("u32", counter), vector: null });
  if (bounds === null) {
    const end = named(frame, "count", extentOf(factors), nameOf);
    return { counter, frame: inner, first: u32(0), end, inside: null };
  }
  const length = bind(frame, "length", binary("max", extentOf(deeper), u32(1)), nameOf);
  const begin = bind(inner, "begin", mul(local("u32", counter), length), nameOf);
  return {
    counter,
    frame: inner,
    first: bind(frame, "first", div(bounds.first, length), nameOf),
    end: bind(frame, "last", div(add(bounds.end, sub(length, u32(1))), length), nameOf),
    inside: {
      first: bind(inner, "from", sub(binary("max", bounds.first, begin), begin), nameOf),
      end: bind(inner, "to", binary("min", sub(bounds.end, begin), length), nameOf),
    },
  };
}

/** All elements of the innermost loop, or those of a part. */
export function innerBounds(frame: Frame, { factors }: Level, bounds: Bounds | null, nameOf: NameOf): Bounds {
  return bounds ?? { first: u32(0), end: named(frame, "count", extentOf(factors), nameOf) };
}

function named(frame: Frame, base: string, value: Expr, nameOf: NameOf): Expr {
  return value.kind === "binary" ? bind(frame, base, value, nameOf) : value;
}
