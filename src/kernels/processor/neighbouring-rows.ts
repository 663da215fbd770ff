/**
 * Rows that are neighbours in memory, so that four of them are a vector: sixteen go through the loops together, then four,
 * then one. Sixteen are a line of the cache, and their sums do not wait for each other.
 */
import { bind, type Frame, type NameOf } from "../body/frame.ts";
import { add, binary, builtin, local, mul, sub, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import { takeTogether } from "../strategies/unroll-and-jam.ts";
import type { Bounds } from "./nests/stretches.ts";

/** How the rows are written. */
export interface NeighbouringRows {
  /** How many vectors go through the loops together. */
  readonly together: number;
  /** Opens the row at a coordinate, or the four rows from there on. */
  readonly open: (at: Expr, isWide: boolean) => Frame;
  readonly write: (row: Frame) => void;
}

/** Writes loops over the rows from `first` up to `end` into a frame. */
export function eachNeighbour(
  frame: Frame,
  { first, end }: Bounds,
  { together, open, write }: NeighbouringRows,
  nameOf: NameOf,
): void {
  const count = bind(frame, "columns", sub(end, first), nameOf);
  const upTo = (step: number): Expr =>
    bind(frame, "stop", add(first, sub(count, binary("mod", count, u32(step)))), nameOf);
  const loop = (from: Expr, to: Expr, width: number, copies: number): Stmt => {
    const [name, at] = [nameOf("column"), nameOf("at")];
    const row = open(local("u32", at), width === 4);
    const place = copies === 1 ? local("u32", name) : add(local("u32", name), mul(builtin("copy"), u32(4)));
    row.body.push({ kind: "let", name: at, value: place });
    write(row);
    const body = copies === 1 ? row.body : takeTogether(row.body, copies, nameOf);
    return { kind: "for", name, start: from, end: to, step: u32(width * copies), body };
  };
  const four = upTo(4);
  if (together === 1) frame.body.push(loop(first, four, 4, 1));
  else {
    const wide = upTo(4 * together);
    frame.body.push(loop(first, wide, 4, together), loop(wide, four, 4, 1));
  }
  frame.body.push(loop(four, end, 1, 1));
}
