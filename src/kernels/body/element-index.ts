/**
 * Computes where an element lies. Values that do not change in a loop are computed before it and get a name: Subzero,
 * which compiles for SwiftShader, moves nothing out of loops (without this, rows of 768 took twice as long).
 */

import { add, div, extentOf, mul, u32 } from "../ir/expr.ts";
import { type Access, constantKey, type Expr } from "../ir/ir.ts";
import type { Address } from "./address.ts";
import { bind, binderOf, coordinate, type Frame, type NameOf, type Run } from "./frame.ts";

/** A coordinate times the distance between neighbours along its axis. */
interface Term {
  readonly binder: Frame;
  readonly place: Expr;
  readonly stride: Expr;
}

/** A coordinate that a value gives, and the frame where it is known. */
export interface PickedPlace {
  readonly binder: Frame;
  readonly place: Expr;
}

/**
 * The index of an element. For four neighbours the index counts fours.
 * @param picked the coordinates that do not follow from the frame, by axis.
 */
export function elementIndex(
  frame: Frame,
  { layout, offset }: Address,
  access: Access,
  nameOf: NameOf,
  picked: ReadonlyMap<string, PickedPlace> = new Map(),
): Expr {
  const scale = access.kind === "four" ? 4 : 1;
  const terms = termsOf(frame, layout, nameOf, picked);
  const isInner = (term: Term): boolean => term.binder === frame || frame.run === null;
  const inner = sum(terms.filter(isInner), scale);
  const outer = terms.filter((term) => !isInner(term));
  if (outer.length === 0) return add(scaled(offset, u32(1), scale), inner);
  const home = innermost(frame, outer);
  const base = add(scaled(offset, u32(1), scale), sum(outer, scale));
  const key = keyOf(base);
  const known =
    home.offsets.get(key) ??
    (base.kind === "local" || base.kind === "const" ? base : bind(home, "base", base, nameOf));
  home.offsets.set(key, known);
  return add(known, inner);
}

/**
 * Returns one term for each axis. Axes that are adjacent in memory and in a run become one term, so that a contiguous
 * row costs one addition and no division.
 */
function termsOf(
  frame: Frame,
  layout: readonly string[],
  nameOf: NameOf,
  picked: ReadonlyMap<string, PickedPlace>,
): Term[] {
  const terms: Term[] = [];
  for (let place = 0; place < layout.length; ) {
    const given = picked.get(layout[place]);
    if (given !== undefined) {
      terms.push({ ...given, stride: extentOf(layout.slice(place + 1)) });
      place += 1;
      continue;
    }
    const binder = binderOf(frame, layout[place]);
    const run = binder.run as Run;
    const whole = run.factors.every(
      (factor, i) =>
        layout[place + i] === factor && !picked.has(factor) && binderOf(frame, factor) === binder,
    );
    const taken = whole ? run.factors.length : 1;
    const along = whole ? run.linear : coordinate(frame, layout[place], nameOf);
    terms.push({ binder, place: along, stride: extentOf(layout.slice(place + taken)) });
    place += taken;
  }
  return terms;
}

function innermost(frame: Frame, terms: readonly Term[]): Frame {
  for (let at = frame.parent; at !== null; at = at.parent) {
    if (terms.some((term) => term.binder === at)) return at;
  }
  throw new Error("a term is bound in no frame");
}

function sum(terms: readonly Term[], scale: number): Expr {
  return terms.reduce<Expr>((total, { place, stride }) => add(total, scaled(place, stride, scale)), u32(0));
}

/** place × stride ÷ scale. The product must be a multiple of the scale. */
function scaled(place: Expr, stride: Expr, scale: number): Expr {
  if (scale === 1 || (place.kind === "const" && place.value === 0)) return mul(place, stride);
  const isStep =
    place.kind === "binary" && place.op === "mul" && place.b.kind === "const" && place.b.value === scale;
  if (isStep) return mul(place.a, stride);
  return stride.kind === "const" ? div(mul(place, stride), u32(scale)) : mul(place, div(stride, u32(scale)));
}

/** A key that is the same for equal indices. */
function keyOf(index: Expr): string {
  switch (index.kind) {
    case "local":
      return index.name;
    case "const":
      return String(index.value);
    case "constant":
      return constantKey(index.constant);
    case "binary":
      return `(${keyOf(index.a)} ${index.op} ${keyOf(index.b)})`;
    default:
      return JSON.stringify(index);
  }
}
