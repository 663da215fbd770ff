/** Stores values element by element over a row, and adds to the sums of a chunk on the way. */
import type { AxisSet } from "../../../graph/tensor/axes.ts";
import { elementIndex } from "../../body/element-index.ts";
import type { Frame, NameOf } from "../../body/frame.ts";
import type { Path } from "../../body/loop.ts";
import { storeTargets } from "../../body/store-targets.ts";
import { accessOf, lowerValue } from "../../body/value.ts";
import type { ValueContext } from "../../body/value-context.ts";
import { add, f32, fold, local, u32, widen } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";
import type { Target } from "../../schedule/plan.ts";
import { type Level, levelsOf, type Touched, vectorsOfStep } from "./levels.ts";
import { boundsOf, innerBounds, outerLoop } from "./nest.ts";
import { type Bounds, loopOf, stretchesOf } from "./stretches.ts";

/** How many vectors a step takes at most: enough to hide the work of the loop itself. */
const mostVectors = 1;

/** @param columns sums over rows, to which each element is added. */
export function storeOverRow(
  context: ValueContext,
  row: Frame,
  path: Path,
  targets: readonly Target[],
  columns: readonly Target[],
): void {
  const touched = { values: [], targets: [...targets, ...columns] };
  fillNest(context, row, path, touched, (inner) => {
    storeTargets(context, inner, targets);
    for (const one of columns) addToColumn(context, inner, one);
  });
}

/** Stores 0 in every element of tensors over the same axes. */
export function clear(context: ValueContext, frame: Frame, over: AxisSet, columns: readonly Target[]): void {
  const path: Path = { over, vector: null, range: { kind: "whole" } };
  fillNest(context, frame, path, { values: [], targets: columns }, (inner) => {
    for (const { tensor } of columns) {
      const address = context.addressOf(tensor);
      const access = accessOf(inner, address);
      const index = elementIndex(inner, address, access, context.nameOf);
      const value = access.kind === "one" ? f32(0) : widen(f32(0));
      inner.body.push({ kind: "store", tensor: address.tensor, index, value, access });
    }
  });
}

/** Writes a nest of loops, and into its steps what `fill` writes. */
function fillNest(
  context: ValueContext,
  frame: Frame,
  path: Path,
  touched: Touched,
  fill: (inner: Frame) => void,
): void {
  const levels = levelsOf(frame, path.over, touched, context.addressOf);
  fillLevel(
    { nameOf: context.nameOf, unroll: vectorsOfStep(touched, mostVectors), fill },
    frame,
    levels,
    boundsOf(path),
  );
}

interface Filling {
  readonly nameOf: NameOf;
  readonly unroll: number;
  readonly fill: (inner: Frame) => void;
}

function fillLevel(
  filling: Filling,
  frame: Frame,
  [level, ...deeper]: readonly Level[],
  bounds: Bounds | null,
): void {
  const { nameOf, unroll, fill } = filling;
  if (deeper.length === 0) {
    const run = innerBounds(frame, level, bounds, nameOf);
    const stretches = stretchesOf(frame, level, run, unroll, nameOf);
    for (const one of stretches) for (const inner of one.frames) fill(inner);
    frame.body.push(...stretches.map((one) => loopOf(one)));
    return;
  }
  const inside = deeper.flatMap((one) => one.factors);
  const loop = outerLoop(frame, level, inside, bounds, nameOf);
  fillLevel(filling, loop.frame, deeper, loop.inside);
  frame.body.push({
    kind: "for",
    name: loop.counter,
    start: loop.first,
    end: loop.end,
    step: u32(1),
    body: loop.frame.body,
  });
}

/**
 * The sum of a chunk lies in memory and stays in the first cache. Four adjacent rows add up to one number, and so do the
 * rows that go through the loops together.
 */
function addToColumn(context: ValueContext, inner: Frame, column: Target): void {
  const address = context.addressOf(column.tensor);
  const access = accessOf(inner, address);
  const value = lowerValue(context, inner, column.value);
  const index = elementIndex(inner, address, access, context.nameOf);
  const name = context.nameOf("before");
  const { tensor } = address;
  const all = (a: Expr): Expr => ({ kind: "overCopies", type: a.type === "f32" ? "f32" : "f32x4", a });
  const [type, added] =
    access.kind === "one"
      ? (["f32", fold("add", all(value))] as const)
      : (["f32x4", all(widen(value))] as const);
  inner.body.push(
    { kind: "load", name, tensor, index, access },
    { kind: "store", tensor, index, value: add(local(type, name), added), access },
  );
}
