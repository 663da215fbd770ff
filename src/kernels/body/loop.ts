/** Loops over a row, in which each lane takes its share of the steps. */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import {
  add,
  binary,
  builtin,
  div,
  extentOf,
  f32,
  float,
  held,
  lanes,
  local,
  mul,
  select,
  sub,
  u32,
  widen,
} from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt } from "../ir/ir.ts";
import { bind, createFrame, type Frame, type NameOf } from "./frame.ts";
import type { Total } from "./reduce-across-lanes.ts";

/**
 * How many terms one accumulator takes before it is added to the total. Rounding errors of a sum grow with the number
 * of terms. With two levels, a row of ten million on 64 lanes has chains of 256 and 610 terms instead of one chain of
 * 156,250. A compensated sum would be more exact, but WGSL has no `precise`, and Mesa's optimizer folds (a + b) − a to
 * b.
 */
export const block = 256;

const identities: Readonly<Record<FoldOp, number>> = {
  add: 0,
  max: Number.NEGATIVE_INFINITY,
  peak: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

/** A value that a loop adds up, as the loop's frame knows it, and how it is folded. */
export interface Term {
  readonly name: string;
  readonly op: FoldOp;
  /** The nodes that it is made of. */
  readonly of: readonly Node[];
  readonly value: (frame: Frame) => Expr;
}

/** Which steps of the row this workgroup takes. */
export type Range =
  | { readonly kind: "whole" }
  /** All steps, in a loop of `HELD` rounds, so that a compiler can unroll it and keep values in registers. */
  | { readonly kind: "resident" }
  /** The steps from `first` up to `end`. Other workgroups take the rest. */
  | { readonly kind: "part"; readonly first: Expr; readonly end: Expr };

/** How a loop goes over the row. */
export interface Path {
  /** Slowest first. */
  readonly over: AxisSet;
  /** The last factor if the loop takes steps of four along it, otherwise null. */
  readonly vector: string | null;
  readonly range: Range;
}

/** The number of steps in a whole row: its elements, or its fours. */
export function stepsOf(path: Path): Expr {
  const count = extentOf(path.over);
  return path.vector === null ? count : div(count, u32(4));
}

/** The number of elements that the loop sees, as f32. */
export function countOf({ over, vector, range }: Path): Expr {
  if (range.kind !== "part") return float(extentOf(over));
  const steps = sub(range.end, range.first);
  return float(vector === null ? steps : mul(steps, u32(4)));
}

/** The element at which a step begins. */
export function elementPlace(path: Path, step: string): Expr {
  return path.vector === null ? local("u32", step) : mul(local("u32", step), u32(4));
}

/**
 * Writes a loop in which each lane takes every `lanes`-th step. `fill` writes the body for one step.
 * @param when the loop does nothing if this is false. If omitted, the loop always runs.
 */
export function eachStep(
  row: Frame,
  path: Path,
  when: Expr | undefined,
  nameOf: NameOf,
  fill: (inner: Frame) => void,
): void {
  const name = nameOf("i");
  const run = { factors: path.over, linear: elementPlace(path, name), vector: path.vector };
  const end = endOf(row, path, when, nameOf);
  if (path.range.kind === "resident") {
    const round = nameOf("k");
    const inner = createFrame(row, run, { step: local("u32", round) });
    fill(inner);
    const place = add(builtin("lane"), mul(local("u32", round), lanes));
    row.body.push({
      kind: "for",
      name: round,
      start: u32(0),
      end: held,
      step: u32(1),
      body: [
        { kind: "let", name, value: place },
        { kind: "if", condition: binary("lt", local("u32", name), end), body: inner.body },
      ],
    });
    return;
  }
  const inner = createFrame(row, run);
  fill(inner);
  row.body.push({ kind: "for", name, start: startOf(path), end, step: lanes, body: inner.body });
}

/**
 * Writes two loops in place of one over all of a row, so that what varies only along `outer`, its slowest axes, is read
 * once for all steps of the others. As many lanes as there are such steps share them, and the rest take other coordinates
 * of `outer`.
 */
export function eachStepOfParts(
  row: Frame,
  { over, vector }: Path,
  outer: AxisSet,
  when: Expr,
  nameOf: NameOf,
  fill: (inner: Frame) => void,
): void {
  const inside: Path = { over: over.slice(outer.length), vector, range: { kind: "whole" } };
  const [at, step, width, shared] = ["at", "i", "width", "shared"].map(nameOf) as [
    string,
    string,
    string,
    string,
  ];
  const frame = createFrame(row, { factors: outer, linear: local("u32", at), vector: null });
  const inner = createFrame(frame, {
    factors: inside.over,
    linear: elementPlace(inside, step),
    vector,
  });
  const end = endOf(row, { over: outer, vector: null, range: inside.range }, when, nameOf);
  fill(inner);
  const lanesInside = local("u32", shared);
  row.body.push(
    // The largest power of two that is neither above the lanes nor above the steps.
    { kind: "var", name: shared, value: u32(1) },
    {
      kind: "double",
      name: width,
      end: add(binary("min", lanes, stepsOf(inside)), u32(1)),
      body: [{ kind: "assign", name: shared, value: local("u32", width) }],
    },
    {
      kind: "for",
      name: at,
      start: div(builtin("lane"), lanesInside),
      end,
      step: div(lanes, lanesInside),
      body: [
        ...frame.body,
        {
          kind: "for",
          name: step,
          start: binary("mod", builtin("lane"), lanesInside),
          end: stepsOf(inside),
          step: lanesInside,
          body: inner.body,
        },
      ],
    },
  );
}

/** Writes the loop that adds up the terms. Afterwards each term's variable holds this lane's share. */
export function sumLoop(
  row: Frame,
  path: Path,
  when: Expr | undefined,
  terms: readonly Term[],
  nameOf: NameOf,
): Total[] {
  if (path.range.kind === "resident") return sumResident(row, path, when, terms, nameOf);
  const outer = nameOf("block");
  const stop = nameOf("stop");
  const step = nameOf("i");
  const inner = createFrame(row, {
    factors: path.over,
    linear: elementPlace(path, step),
    vector: path.vector,
  });
  const sums = terms.map((term) => ({ ...term, part: nameOf("part"), value: term.value(inner) }));
  for (const { part, op, value } of sums) inner.body.push(accumulate(part, op, value));
  for (const { name, op, value } of sums) row.body.push(begin(name, op, value));

  const stride = mul(lanes, u32(block));
  const end = endOf(row, path, when, nameOf);
  const body: Stmt[] = [
    ...sums.map(({ part, op, value }) => begin(part, op, value)),
    { kind: "let", name: stop, value: binary("min", add(local("u32", outer), stride), end) },
    {
      kind: "for",
      name: step,
      start: local("u32", outer),
      end: local("u32", stop),
      step: lanes,
      body: inner.body,
    },
    ...sums.map(({ name, part, op, value }) => accumulate(name, op, local(value.type, part))),
  ];
  row.body.push({ kind: "for", name: outer, start: startOf(path), end, step: stride, body });
  return sums.map(({ name, op, value }) => ({ name, op, type: value.type }));
}

/** A lane keeps so few steps that one chain of additions is enough. */
function sumResident(
  row: Frame,
  path: Path,
  when: Expr | undefined,
  terms: readonly Term[],
  nameOf: NameOf,
): Total[] {
  const totals: Total[] = [];
  const before = row.body.length;
  eachStep(row, path, when, nameOf, (inner) => {
    const sums = terms.map((term) => ({ ...term, value: term.value(inner) }));
    for (const { name, op, value } of sums) {
      inner.body.push(accumulate(name, op, value));
      totals.push({ name, op, type: value.type });
    }
  });
  const start = totals.map(({ name, op, type }): Stmt => ({ kind: "var", name, value: identity(op, type) }));
  row.body.splice(before, 0, ...start);
  return totals;
}

function begin(name: string, op: FoldOp, value: Expr): Stmt {
  return { kind: "var", name, value: identity(op, value.type) };
}

export function identity(op: FoldOp, type: Expr["type"]): Expr {
  return type === "f32x4" ? widen(f32(identities[op])) : f32(identities[op]);
}

export function accumulate(name: string, op: FoldOp, value: Expr): Stmt {
  return { kind: "assign", name, value: binary(op, local(value.type, name), value) };
}

function startOf({ range }: Path): Expr {
  return range.kind === "part" ? add(range.first, builtin("lane")) : builtin("lane");
}

function endOf(row: Frame, path: Path, when: Expr | undefined, nameOf: NameOf): Expr {
  const end = path.range.kind === "part" ? path.range.end : stepsOf(path);
  return when === undefined ? end : bind(row, "end", select(when, end, u32(0)), nameOf);
}
