/**
 * Lowers a chunk of rows: a workgroup takes one row (or a few together) after the other, so that it owns the sums over
 * them. It takes row `turn · chunks + chunk`, so that neighbouring workgroups work on neighbouring rows.
 */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import { chunkFactor } from "../../program/names.ts";
import { bind, coordinate, createFrame, type NameOf } from "../body/frame.ts";
import { elementPlace, type Path, stepsOf } from "../body/loop.ts";
import {
  add,
  binary,
  builtin,
  div,
  extent,
  extentOf,
  local,
  mul,
  rows,
  select,
  sub,
  u32,
} from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import { type OpenRow, rowAt } from "./open-row.ts";

/**
 * Writes what a kernel does with each row of its chunk.
 * @param outer the axes of the grid that the sums keep. Each coordinate has its own chunks.
 * @param path the loop over the rows of one coordinate.
 */
export function lowerChunk(
  outer: AxisSet,
  path: Path,
  together: number,
  nameOf: NameOf,
  fill: (open: OpenRow, turn: Expr) => void,
): Stmt[] {
  const name = nameOf("slot");
  const chunks = extent(chunkFactor);
  const run = { factors: [...outer, chunkFactor], linear: local("u32", name), vector: null };
  const top = createFrame(null, run);
  const index = bind(top, "index", add(mul(builtin("group"), rows), builtin("row")), nameOf);
  const own = bind(top, "own", binary("lt", index, mul(extentOf(outer), chunks)), nameOf);
  top.body.push({ kind: "let", name, value: select(own, index, u32(0)) });
  const chunk = coordinate(top, chunkFactor, nameOf);

  const steps = div(stepsOf(path), u32(together));
  const turn = nameOf("turn");
  const place = nameOf("row");
  const inner = { factors: path.over, linear: elementPlace(path, place), vector: path.vector };
  // The frame is closed because a value that is the same for all rows may still use a reduction that each row computes.
  const row = createFrame(top, inner, { closed: true });
  const at = bind(row, "at", add(mul(local("u32", turn), chunks), chunk), nameOf);
  const active = bind(row, "active", binary("and", own, binary("lt", at, steps)), nameOf);
  row.body.push({ kind: "let", name: place, value: rowAt(at, active, together) });
  fill({ row, active }, local("u32", turn));
  const end = div(sub(add(steps, chunks), u32(1)), chunks);
  return [...top.body, { kind: "for", name: turn, start: u32(0), end, step: u32(1), body: row.body }];
}
