/**
 * A window around each coordinate: a loop over the coordinates in it, in which the operand is evaluated at each. It
 * serves every kind of window on every target; its cost grows with the window.
 *
 * A mean and a variance are taken about the element itself, so that they lose no digits far from zero. The element lies
 * at most √(n − 1) deviations from the mean of its window of n, so Σd² − (Σd)²/n loses at most a factor of n: few digits
 * of a short window. A long one goes through its elements a second time, about the mean.
 */
import type { Node, Reach, Window, WindowNode } from "../../graph/tensor/graph.ts";
import { isLongWindow, isStepped } from "../../graph/tensor/windows.ts";
import {
  add,
  binary,
  builtin,
  call,
  constant,
  div,
  extent,
  f32,
  float,
  local,
  mul,
  orZero,
  product,
  select,
  sub,
  u32,
  whole,
} from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt } from "../ir/ir.ts";
import { bind, binderOf, coordinate, createFrame, type Frame, type NameOf } from "./frame.ts";
import { accumulate, block, identity } from "./loop.ts";
import type { ValueContext } from "./value-context.ts";

/** The values of other nodes. Passed in, since they may be windows too. */
export type Evaluate = (context: ValueContext, frame: Frame, node: Node) => Expr;

/** The coordinates of a window along one axis, from `start` up to `end`. */
interface Bounds {
  readonly axis: string;
  readonly start: Expr;
  readonly end: Expr;
  /** Coordinate, and how far a window reaches at most: less where the whole axis is shorter. */
  readonly here: Expr;
  readonly before: Expr;
  readonly after: Expr;
  /** Of rows that a lane takes together, neighbours along the axis: they go over all of their windows in one loop. */
  readonly neighbours: Frame["neighbours"];
}

/**
 * How the loop of a window goes. `steps`: as many steps for each coordinate, and those beyond the ends of the axis count
 * for nothing. Their number is a constant of the pipeline, so compilers unroll a short loop (local response normalization
 * took 0.8 of the time on lavapipe). `range`: from the first coordinate to the last, for windows that may be long.
 */
type Walk = "steps" | "range";

export function lowerWindow(context: ValueContext, frame: Frame, node: WindowNode, evaluate: Evaluate): Expr {
  const { nameOf } = context;
  const bounds = node.over.map((one) => boundsOf(context, frame, one));
  const isLong = isLongWindow(node.over);
  const walk: Walk = isStepped(node.over) ? "steps" : "range";
  const fold = (op: FoldOp, value: (inner: Frame) => Expr): Expr =>
    foldAll(context, frame, bounds, walk, (inner) => [{ op, value: value(inner) }])[0];
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
      const [sum, squares] = foldAll(context, frame, bounds, walk, (inner) => {
        const d = bind(inner, "d", difference(inner, arg), nameOf);
        return [
          { op: "add", value: d },
          { op: "add", value: mul(d, d) },
        ];
      });
      const mean = bind(frame, "mean", div(sum, n), nameOf);
      return binary("max", sub(div(squares, n), mul(mean, mean)), f32(0));
    }
    case "pull": {
      // Own and key are one value, here and there.
      const [value, key] = node.args;
      return fold("add", (inner) =>
        mul(evaluate(context, inner, value), call("neg", difference(inner, key))),
      );
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

/** Written where the coordinate is known: in a row, mostly, and not again for each of its elements. */
function boundsOf({ nameOf }: ValueContext, frame: Frame, { axis, before, after }: Window): Bounds {
  const home = binderOf(frame, axis);
  const here = coordinate(home, axis, nameOf);
  const last = sub(binary("max", extent(axis), u32(1)), u32(1));
  const named = (base: string, value: Expr): Expr => {
    const key = JSON.stringify(value);
    const known = home.offsets.get(key) ?? bind(home, base, value, nameOf);
    home.offsets.set(key, known);
    return known;
  };
  return {
    axis,
    here,
    start: named("start", sub(here, reachOf(before, here))),
    end: named("end", add(add(here, reachOf(after, sub(last, here))), u32(1))),
    before: named("before", reachOf(before, last)),
    after: named("after", reachOf(after, last)),
    neighbours: home.neighbours?.axis === axis ? home.neighbours : null,
  };
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

interface Term {
  readonly op: FoldOp;
  readonly value: Expr;
}

/** Writes loops over the window, in which a frame binds the axes to the coordinates of an element. */
function foldAll(
  { nameOf }: ValueContext,
  frame: Frame,
  bounds: readonly Bounds[],
  walk: Walk,
  terms: (inner: Frame) => readonly Term[],
): Expr[] {
  const places = bounds.map(({ axis }) => nameOf(axis));
  const frames: Frame[] = [];
  for (const [i, { axis }] of bounds.entries()) {
    frames.push(
      createFrame(frames.at(-1) ?? frame, { factors: [axis], linear: local("u32", places[i]), vector: null }),
    );
  }
  const found = terms(frames[frames.length - 1]).map((one) => ({ ...one, name: nameOf("total") }));
  frame.body.push(...found.map(({ name, op, value }) => begin(name, op, value)));
  frame.body.push(
    walk === "steps"
      ? loopOfSteps(nameOf, bounds, places, frames, found)
      : loopOfRange(nameOf, bounds, places, frames, found),
  );
  return found.map(({ name, value }) => local(value.type, name));
}

type Named = Term & { readonly name: string };

const begin = (name: string, op: FoldOp, { type }: Expr): Stmt => ({
  kind: "var",
  name,
  value: identity(op, type),
});

function loopOfSteps(
  nameOf: NameOf,
  bounds: readonly Bounds[],
  places: readonly string[],
  frames: readonly Frame[],
  found: readonly Named[],
): Stmt {
  const counters = bounds.map(() => nameOf("step"));
  const ats = bounds.map(() => nameOf("at"));
  const inside = bounds
    .map(({ axis, before }, i) => {
      const at = local("u32", ats[i]);
      return binary("and", binary("le", before, at), binary("lt", at, add(extent(axis), before)));
    })
    .reduce((a, b) => binary("and", a, b));
  // Of neighbours, each takes the steps of its own window. A difference below zero wraps around, and is no step of it.
  const own = bounds.flatMap(({ before, after, neighbours }, i) => {
    const step = sub(local("u32", counters[i]), builtin("copy"));
    return neighbours === null ? [] : [binary("lt", step, add(add(before, after), u32(1)))];
  });
  let body: readonly Stmt[] = found.flatMap(({ name, op, value }): Stmt[] => {
    const only = (condition: Expr, one: Expr): Expr =>
      op === "add" ? orZero(condition, one) : select(condition, one, identity(op, one.type));
    const term = only(inside, value);
    if (own.length === 0) return [accumulate(name, op, term)];
    const named = nameOf("term");
    return [
      { kind: "let", name: named, value: term },
      accumulate(name, op, only(own[0], local(value.type, named))),
    ];
  });
  for (let i = bounds.length - 1; i >= 0; i--) {
    const { axis, here, before, after, neighbours } = bounds[i];
    const more = neighbours === null ? 0 : neighbours.count - 1;
    const last = sub(binary("max", extent(axis), u32(1)), u32(1));
    const at = local("u32", ats[i]);
    // Beyond an end of the axis, the element at that end is read and not used.
    const place = binary("min", sub(binary("max", at, before), before), last);
    const loop: Stmt = {
      kind: "for",
      name: counters[i],
      start: u32(0),
      end: add(add(before, after), u32(1 + more)),
      step: u32(1),
      body: [
        { kind: "let", name: ats[i], value: add(neighbours?.first ?? here, local("u32", counters[i])) },
        { kind: "let", name: places[i], value: place },
        ...frames[i].body,
        ...body,
      ],
    };
    body = [loop];
  }
  return body[0];
}

/** A long sum has two levels, as every sum (see `block`). */
function loopOfRange(
  nameOf: NameOf,
  bounds: readonly Bounds[],
  places: readonly string[],
  frames: readonly Frame[],
  found: readonly Named[],
): Stmt {
  const loop = (i: number, start: Expr, end: Expr, body: readonly Stmt[]): Stmt => ({
    kind: "for",
    name: places[i],
    start,
    end,
    step: u32(1),
    body: [...frames[i].body, ...body],
  });
  const last = bounds.length - 1;
  const { start, end } = bounds[last];
  const outer = nameOf("block");
  const stop = nameOf("stop");
  const parts = found.map((one) => ({ ...one, part: nameOf("part") }));
  const grow = parts.map(({ part, op, value }) => accumulate(part, op, value));
  let written: Stmt = {
    kind: "for",
    name: outer,
    start,
    end,
    step: u32(block),
    body: [
      ...parts.map(({ part, op, value }) => begin(part, op, value)),
      { kind: "let", name: stop, value: binary("min", add(local("u32", outer), u32(block)), end) },
      loop(last, local("u32", outer), local("u32", stop), grow),
      ...parts.map(({ name, part, op, value }) => accumulate(name, op, local(value.type, part))),
    ],
  };
  for (let i = last - 1; i >= 0; i--) written = loop(i, bounds[i].start, bounds[i].end, [written]);
  return written;
}
