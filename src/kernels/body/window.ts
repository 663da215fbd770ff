/**
 * A window around each coordinate: a loop over the coordinates in it, in which the operand is evaluated at each. It
 * serves every kind of window on every target; its cost grows with the window.
 *
 * A mean and a variance are taken about the element itself, so that they lose no digits far from zero. The element lies
 * at most √(n − 1) deviations from the mean of its window of n, so Σd² − (Σd)²/n loses at most a factor of n: few digits
 * of a short window. A long one goes through its elements a second time, about the mean.
 */
import type { Node, Reach, Window, WindowNode } from "../../graph/tensor/graph.ts";
import { mostElements } from "../../graph/tensor/windows.ts";
import {
  add,
  binary,
  constant,
  div,
  extent,
  f32,
  float,
  local,
  mul,
  product,
  select,
  sub,
  u32,
  whole,
} from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt } from "../ir/ir.ts";
import { bind, coordinate, createFrame, type Frame } from "./frame.ts";
import { accumulate, block, identity } from "./loop.ts";
import type { ValueContext } from "./value-context.ts";

/** The values of other nodes. Passed in, since they may be windows too. */
export type Evaluate = (context: ValueContext, frame: Frame, node: Node) => Expr;

/** The coordinates of a window along one axis, from `start` up to `end`. */
interface Bounds {
  readonly axis: string;
  readonly start: Expr;
  readonly end: Expr;
}

/** A window of up to this many elements is short. */
const short = 64;

export function lowerWindow(context: ValueContext, frame: Frame, node: WindowNode, evaluate: Evaluate): Expr {
  const { nameOf } = context;
  const bounds = node.over.map((one) => boundsOf(context, frame, one));
  const isLong = !(mostElements(node.over) <= short);
  const fold = (op: FoldOp, value: (inner: Frame) => Expr): Expr =>
    foldOver(context, frame, bounds, { op, value, isLong });
  const count = (): Expr => float(product(bounds.map(({ start, end }) => sub(end, start))));
  const [arg] = node.args;
  switch (node.op) {
    case "sum":
      return fold("add", (inner) => evaluate(context, inner, arg));
    case "max":
    case "min":
      return fold(node.op, (inner) => evaluate(context, inner, arg));
    case "mean":
      return div(
        fold("add", (inner) => evaluate(context, inner, arg)),
        count(),
      );
    case "rest":
      return div(
        fold("add", (inner) => difference(inner, arg)),
        count(),
      );
    case "var": {
      const n = bind(frame, "count", count(), nameOf);
      if (isLong) {
        const mean = bind(
          frame,
          "mean",
          div(
            fold("add", (inner) => difference(inner, arg)),
            n,
          ),
          nameOf,
        );
        return div(
          fold("add", (inner) => {
            const d = bind(inner, "d", sub(difference(inner, arg), mean), nameOf);
            return mul(d, d);
          }),
          n,
        );
      }
      const [sum, squares] = foldAll(context, frame, bounds, isLong, (inner) => {
        const d = bind(inner, "d", difference(inner, arg), nameOf);
        return [
          { op: "add", value: d },
          { op: "add", value: mul(d, d) },
        ];
      });
      const mean = bind(frame, "mean", div(sum, n), nameOf);
      return binary("max", sub(div(squares, n), mul(mean, mean)), f32(0));
    }
    case "matches": {
      const [value, key, own] = node.args;
      const wanted = evaluate(context, frame, own);
      return fold("add", (inner) => {
        const isMatch = binary("eq", evaluate(context, inner, key), wanted);
        return select(isMatch, evaluate(context, inner, value), f32(0));
      });
    }
  }

  /** An element minus the one in the middle. The terms of a sum lose theirs one by one, before they are added. */
  function difference(inner: Frame, value: Node): Expr {
    if (value.kind === "map" && value.op === "add") {
      const [a, b] = value.args.map((term) => difference(inner, term));
      return add(a, b);
    }
    return sub(evaluate(context, inner, value), evaluate(context, frame, value));
  }
}

function boundsOf({ nameOf }: ValueContext, frame: Frame, { axis, before, after }: Window): Bounds {
  const here = coordinate(frame, axis, nameOf);
  const left = sub(sub(binary("max", extent(axis), u32(1)), u32(1)), here);
  const start = bind(frame, "start", sub(here, reachOf(before, here)), nameOf);
  const end = bind(frame, "end", add(add(here, reachOf(after, left)), u32(1)), nameOf);
  return { axis, start, end };
}

/** How far a window reaches where only `most` coordinates are left. */
function reachOf(reach: Reach, most: Expr): Expr {
  switch (reach.kind) {
    case "all":
      return most;
    case "fixed":
      return reach.count === 0 ? u32(0) : binary("min", u32(reach.count), most);
    case "param": {
      const length = whole(constant({ kind: "param", param: reach.param }));
      if (reach.share === "whole") return binary("min", length, most);
      // Of n − 1 coordinates beside the middle one, the half that is rounded down lies before it.
      const half = reach.share === "lower" ? div(sub(length, u32(1)), u32(2)) : div(length, u32(2));
      return binary("min", half, most);
    }
  }
}

interface Folded {
  readonly op: FoldOp;
  readonly value: (inner: Frame) => Expr;
  readonly isLong: boolean;
}

function foldOver(
  context: ValueContext,
  frame: Frame,
  bounds: readonly Bounds[],
  { op, value, isLong }: Folded,
): Expr {
  return foldAll(context, frame, bounds, isLong, (inner) => [{ op, value: value(inner) }])[0];
}

/** Writes loops over the window. A long sum has two levels, as every sum (see `block`). */
function foldAll(
  { nameOf }: ValueContext,
  frame: Frame,
  bounds: readonly Bounds[],
  isLong: boolean,
  terms: (inner: Frame) => readonly { readonly op: FoldOp; readonly value: Expr }[],
): Expr[] {
  const places = bounds.map(({ axis }) => nameOf(axis));
  const inner = bounds.reduce<Frame>(
    (at, { axis }, i) => createFrame(at, { factors: [axis], linear: local("u32", places[i]), vector: null }),
    frame,
  );
  const found = terms(inner).map((one) => ({ ...one, name: nameOf("total") }));
  const begin = (name: string, op: FoldOp, { type }: Expr): Stmt => ({
    kind: "var",
    name,
    value: identity(op, type),
  });
  frame.body.push(...found.map(({ name, op, value }) => begin(name, op, value)));

  const frames: Frame[] = [];
  for (let at: Frame | null = inner; at !== null && at !== frame; at = at.parent) frames.unshift(at);
  const last = bounds.length - 1;
  const loop = (i: number, start: Expr, end: Expr, body: readonly Stmt[]): Stmt => ({
    kind: "for",
    name: places[i],
    start,
    end,
    step: u32(1),
    body: [...frames[i].body, ...body],
  });
  const { start, end } = bounds[last];
  let written: Stmt;
  if (isLong) {
    const outer = nameOf("block");
    const stop = nameOf("stop");
    const parts = found.map((one) => ({ ...one, part: nameOf("part") }));
    const grow = parts.map(({ part, op, value }) => accumulate(part, op, value));
    const body: Stmt[] = [
      ...parts.map(({ part, op, value }) => begin(part, op, value)),
      { kind: "let", name: stop, value: binary("min", add(local("u32", outer), u32(block)), end) },
      loop(last, local("u32", outer), local("u32", stop), grow),
      ...parts.map(({ name, part, op, value }) => accumulate(name, op, local(value.type, part))),
    ];
    written = { kind: "for", name: outer, start, end, step: u32(block), body };
  } else {
    const grow = found.map(({ name, op, value }) => accumulate(name, op, value));
    written = loop(last, start, end, grow);
  }
  for (let i = last - 1; i >= 0; i--) written = loop(i, bounds[i].start, bounds[i].end, [written]);
  frame.body.push(written);
  return found.map(({ name, value }) => local(value.type, name));
}
