/**
 * Where values lie in memory. Every tensor of a spec has its own buffer. All scratch values lie in one buffer, one
 * after another, because a device may bind only eight buffers to a kernel.
 */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { GraphTensor } from "../../graph/tensor/graph.ts";
import { add, div, extentOf, mul, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { Plan } from "../schedule/plan.ts";

/** The buffer that holds all scratch values. No tensor of a spec can have this name. */
export const scratchTensor = "(scratch)";

export interface Address {
  /** The name of the buffer. */
  readonly tensor: string;
  /** The factors of the value, slowest first. */
  readonly layout: AxisSet;
  /** The position of its first element in the buffer. */
  readonly offset: Expr;
}

export function addresses(
  tensors: readonly GraphTensor[],
  scratch: Plan["scratch"],
): (name: string) => Address {
  const known = new Map<string, Address>();
  const before = new Map<string, AxisSet[]>();
  const append = (tensor: string, name: string, layout: AxisSet): void => {
    const others = before.get(tensor) ?? [];
    known.set(name, { tensor, layout, offset: lengthOf(others) });
    before.set(tensor, [...others, layout]);
  };
  for (const { name, factors, within } of tensors) append(within ?? name, name, factors);
  for (const { name, factors } of scratch) append(scratchTensor, name, factors);
  return (name) => {
    const address = known.get(name);
    if (address === undefined) throw new Error(`the tensor ${name} has no address`);
    return address;
  };
}

/** Up to this many values, a length has one term for each value. */
const fewValues = 20;

/** The total length of values that lie one after another. With many values, those with the same layout share a term. */
function lengthOf(layouts: readonly AxisSet[]): Expr {
  const counts = new Map<string, { layout: AxisSet; count: number }>();
  layouts.forEach((layout, place) => {
    const key = layouts.length > fewValues ? layout.join(" ") : String(place);
    counts.set(key, { layout, count: (counts.get(key)?.count ?? 0) + 1 });
  });
  return [...counts.values()].reduce<Expr>(
    // Each value begins at a multiple of four, so that it can be read four by four.
    (sum, { layout, count }) =>
      add(sum, mul(mul(div(add(extentOf(layout), u32(3)), u32(4)), u32(4)), u32(count))),
    u32(0),
  );
}
