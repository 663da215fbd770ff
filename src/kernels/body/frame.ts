/**
 * A frame is a place in a kernel where values are known. It binds axes to coordinates (the grid's row, a loop's step)
 * and holds the statements written there. A value is written once, in the outermost frame that binds its axes.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import { binary, extent, extentOf, local, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";

/** Axes that one linear index counts together, slowest first. */
export interface Run {
  readonly factors: AxisSet;
  readonly linear: Expr;
  /** The last factor if the run takes steps of four along it; values over it are then four wide. Otherwise null. */
  readonly vector: string | null;
  /** Whether the steps of four may begin anywhere, because the extent need not be a multiple of four. */
  readonly ragged?: true;
}

export interface Frame {
  readonly parent: Frame | null;
  readonly run: Run | null;
  readonly body: Stmt[];
  readonly coordinates: Map<string, Expr>;
  readonly values: Map<Node, Expr>;
  /** Offsets already computed here, keyed by their expression. */
  readonly offsets: Map<string, Expr>;
  /** Whether values stay inside this frame, because it is a branch that few lanes take. */
  readonly closed: boolean;
  /**
   * In the frame of rows that a lane takes together, where they are neighbours along an axis: how many, and the coordinate of
   * the first.
   */
  readonly neighbours: { readonly axis: string; readonly first: Expr; readonly count: number } | null;
  /** In a loop over a row that lanes keep: the number of the lane's current step, from 0. */
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
    neighbours: null,
    step,
  };
}

export type NameOf = (base: string) => string;

/** The frame that binds an axis, seen from `frame`. An inner binding hides an outer one. */
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

/** The outermost frame in which a value over these axes can be computed for use in `frame`. */
export function homeOf(frame: Frame, axes: AxisSet): Frame {
  const binders = new Set(axes.map((axis) => binderOf(frame, axis)));
  let home = frame;
  while (!home.closed && home.parent !== null && !binders.has(home)) home = home.parent;
  return home;
}

/** The coordinate along an axis. It is computed from the linear index at its first use. */
export function coordinate(frame: Frame, axis: string, nameOf: NameOf): Expr {
  const binder = binderOf(frame, axis);
  const known = binder.coordinates.get(axis);
  if (known !== undefined) return known;
  const { factors, linear } = binder.run as Run;
  const place = factors.indexOf(axis);
  const inner = factors.slice(place + 1);
  // A run with an empty axis is never entered, but its divisor must not be zero when the pipeline is created.
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
