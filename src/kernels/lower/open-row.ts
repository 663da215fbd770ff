/** Opens the row, or the few rows together, that a lane works on. */
import { bind, coordinate, createFrame, type Frame, type NameOf } from "../body/frame.ts";
import { elementPlace, type Path, stepsOf } from "../body/loop.ts";
import { add, binary, builtin, div, mul, rows, select, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { Structure } from "../schedule/plan.ts";

/** A row for which statements are written. */
export interface OpenRow {
  readonly row: Frame;
  /** Whether the row exists: the number of rows is rounded up to whole workgroups. */
  readonly active: Expr;
}

/**
 * Writes what a kernel does with its row. The number of rows is rounded up; rows beyond the end compute row 0 again and
 * store nothing.
 */
export function lowerRow(
  path: Path,
  { together, along }: Pick<Structure, "together" | "along">,
  nameOf: NameOf,
  fill: (open: OpenRow) => void,
): Stmt[] {
  const place = nameOf("row");
  const row = createFrame(null, {
    factors: path.over,
    linear: elementPlace(path, place),
    vector: path.vector,
  });
  const index = bind(row, "index", add(mul(builtin("group"), rows), builtin("row")), nameOf);
  const active = bind(row, "active", binary("lt", index, div(stepsOf(path), u32(together))), nameOf);
  row.body.push({ kind: "let", name: place, value: rowAt(index, active, together) });
  if (along === undefined) fill({ row, active });
  else {
    const first = firstRow(index, active, together);
    fill({ row: neighboursAlong(row, path, along, first, together, nameOf), active });
  }
  return row.body;
}

/** Neighbours along one factor have the same coordinates along the others: those of the first. */
function neighboursAlong(
  row: Frame,
  { over }: Path,
  axis: string,
  linear: Expr,
  count: number,
  nameOf: NameOf,
): Frame {
  const frame = { ...createFrame(null, { factors: over, linear, vector: null }), body: row.body };
  const first = coordinate(frame, axis, nameOf);
  for (const one of over) {
    const place = coordinate(frame, one, nameOf);
    row.coordinates.set(one, one === axis ? add(first, builtin("copy")) : place);
  }
  return { ...row, neighbours: { axis, first, count } };
}

function firstRow(index: Expr, active: Expr, together: number): Expr {
  return mul(select(active, index, u32(0)), u32(together));
}

/** The number of the row that a lane computes. Beyond the end this is one of the first rows. */
export function rowAt(index: Expr, active: Expr, together: number): Expr {
  const first = firstRow(index, active, together);
  return together === 1 ? first : add(first, builtin("copy"));
}
