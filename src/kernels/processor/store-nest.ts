/** Stores values element by element over a row, and adds to the sums of a chunk on the way. */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import { elementIndex } from "../body/element-index.ts";
import type { Frame } from "../body/frame.ts";
import type { Path } from "../body/loop.ts";
import { storeTargets } from "../body/store-targets.ts";
import { accessOf, lowerValue } from "../body/value.ts";
import type { ValueContext } from "../body/value-context.ts";
import { add, f32, local, u32, widen } from "../ir/expr.ts";
import type { Target } from "../schedule/plan.ts";
import { type Level, levelsOf } from "./levels.ts";
import { boundsOf, innerBounds, outerLoop } from "./nest.ts";
import { type Bounds, loopOf, stretchesOf } from "./stretches.ts";

/** How many vectors a step takes: enough to hide the work of the loop itself. */
const vectorsOfStep = 2;

/** @param columns sums over rows, to which each element is added. */
export function storeOverRow(
  context: ValueContext,
  row: Frame,
  path: Path,
  targets: readonly Target[],
  columns: readonly Target[],
): void {
  const levels = levelsOf(
    row,
    path.over,
    { values: [], targets: [...targets, ...columns] },
    context.addressOf,
  );
  fillLevel(context, row, levels, boundsOf(path), (inner) => {
    storeTargets(context, inner, targets);
    for (const one of columns) addToColumn(context, inner, one);
  });
}

/** Stores 0 in every element of tensors over the same axes. */
export function clear(context: ValueContext, frame: Frame, over: AxisSet, columns: readonly Target[]): void {
  const levels = levelsOf(frame, over, { values: [], targets: columns }, context.addressOf);
  fillLevel(context, frame, levels, null, (inner) => {
    for (const { tensor } of columns) {
      const address = context.addressOf(tensor);
      const access = accessOf(inner, address);
      const index = elementIndex(inner, address, access, context.nameOf);
      const value = access.kind === "one" ? f32(0) : widen(f32(0));
      inner.body.push({ kind: "store", tensor: address.tensor, index, value, access });
    }
  });
}

function fillLevel(
  context: ValueContext,
  frame: Frame,
  [level, ...deeper]: readonly Level[],
  bounds: Bounds | null,
  fill: (inner: Frame) => void,
): void {
  const { nameOf } = context;
  if (deeper.length === 0) {
    const run = innerBounds(frame, level, bounds, nameOf);
    const stretches = stretchesOf(frame, level, run, vectorsOfStep, nameOf);
    for (const one of stretches) for (const inner of one.frames) fill(inner);
    frame.body.push(...stretches.map((one) => loopOf(one)));
    return;
  }
  const inside = deeper.flatMap((one) => one.factors);
  const loop = outerLoop(frame, level, inside, bounds, nameOf);
  fillLevel(context, loop.frame, deeper, loop.inside, fill);
  frame.body.push({
    kind: "for",
    name: loop.counter,
    start: loop.first,
    end: loop.end,
    step: u32(1),
    body: loop.frame.body,
  });
}

/** The sum of a chunk lies in memory and stays in the first cache. */
function addToColumn(context: ValueContext, inner: Frame, column: Target): void {
  const address = context.addressOf(column.tensor);
  const access = accessOf(inner, address);
  const value = lowerValue(context, inner, column.value);
  const index = elementIndex(inner, address, access, context.nameOf);
  const name = context.nameOf("before");
  const { tensor } = address;
  const type = access.kind === "one" ? "f32" : "f32x4";
  inner.body.push(
    { kind: "load", name, tensor, index, access },
    {
      kind: "store",
      tensor,
      index,
      value: add(local(type, name), type === "f32" ? value : widen(value)),
      access,
    },
  );
}
