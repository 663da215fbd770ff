/**
 * Frames: where in a kernel a value is known. A frame binds axes to coordinates (the grid's row, a loop's step) and
 * holds the statements written there. A value goes into the outermost frame that knows its axes, once.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import { binary, extent, extentOf, local, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";

/** Axes counted together by one linear index, slowest first. */
export interface Run {
  readonly factors: AxisSet;
  readonly linear: Expr;
  /** The last factor, where the run goes in steps of four along it: values over it are then four wide. */
  readonly vector: string | null;
}

export interface Frame {
  readonly parent: Frame | null;
  readonly run: Run | null;
  readonly body: Stmt[];
  readonly coordinates: Map<string, Expr>;
  readonly values: Map<Node, Expr>;
  /** Offsets already computed here, by how they are computed. */
  readonly offsets: Map<string, Expr>;
  /** Values are not moved out of it: a branch that few lanes take. */
  readonly closed: boolean;
  /** In a loop over a row that is kept: which of its steps the lane is at, counted from 0. */
  readonly step: Expr | null;
}

export function createFrame(
  parent: Frame | null,
  run: Run | null,
  { closed = false, step = null }: { closed?: boolean; step?: Expr | null } = {},
): Frame {
  return {
    parent,
    run,
    body: [],
    coordinates: new Map(),
    values: new Map(),
    offsets: new Map(),
    closed,
    step,
  };
}

export type NameOf = (base: string) => string;

/** The frame that binds an axis as seen from `frame`; an inner binding hides an outer one. */
export function binderOf(frame: Frame, axis: string): Frame {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (at.run?.factors.includes(axis)) return at;
  }
  throw new Error(`the axis ${axis} is not bound here`);
}

/** The axis along which a value over these axes is four wide here. */
export function vectorAxis(frame: Frame, axes: AxisSet): string | undefined {
  return axes.find((axis) => binderOf(frame, axis).run?.vector === axis);
}

/** The outermost frame in which a value over these axes can be computed, given where it is wanted. */
export function homeOf(frame: Frame, axes: AxisSet): Frame {
  const binders = new Set(axes.map((axis) => binderOf(frame, axis)));
  let home = frame;
  while (!home.closed && home.parent !== null && !binders.has(home)) home = home.parent;
  return home;
}

/** The coordinate along an axis: taken out of the linear index where it is first needed. */
export function coordinate(frame: Frame, axis: string, nameOf: NameOf): Expr {
  const binder = binderOf(frame, axis);
  const known = binder.coordinates.get(axis);
  if (known !== undefined) return known;
  const { factors, linear } = binder.run as Run;
  const place = factors.indexOf(axis);
  const inner = factors.slice(place + 1);
  // A run with an empty axis is never entered, but its divisor must still be no zero when the pipeline is made.
  const above = inner.length === 0 ? linear : binary("div", linear, positive(extentOf(inner)));
  const value = place === 0 ? above : binary("mod", above, positive(extent(axis)));
  const expr = value.kind === "const" || value.kind === "local" ? value : bind(binder, axis, value, nameOf);
  binder.coordinates.set(axis, expr);
  return expr;
}

function positive(expr: Expr): Expr {
  return expr.kind === "const" ? expr : binary("max", expr, u32(1));
}

/** Writes `let name = value` into a frame. */
export function bind(frame: Frame, base: string, value: Expr, nameOf: NameOf): Expr {
  const name = nameOf(base);
  frame.body.push({ kind: "let", name, value });
  return local(value.type, name);
}
