/**
 * Where values lie. Every tensor of a spec is a buffer of its own; all scratch values lie in one, one behind the other,
 * because a device may bind as few as eight buffers to a kernel.
 */

import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { GraphTensor } from "../../graph/tensor/graph.ts";
import { add, div, extentOf, mul, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { Plan } from "../schedule/plan.ts";

/** The buffer of all scratch values. No tensor of a spec can have this name. */
export const scratchTensor = "(scratch)";

export interface Address {
  /** The buffer. */
  readonly tensor: string;
  /** The factors of the value, slowest first. */
  readonly layout: AxisSet;
  /** Where its first element lies. */
  readonly offset: Expr;
}

export function addresses(
  tensors: readonly GraphTensor[],
  scratch: Plan["scratch"],
): (name: string) => Address {
  const known = new Map<string, Address>();
  const ends = new Map<string, Expr>();
  const append = (tensor: string, name: string, layout: AxisSet): void => {
    const offset = ends.get(tensor) ?? u32(0);
    known.set(name, { tensor, layout, offset });
    // Each begins at a multiple of four, so that fours can be taken of it.
    ends.set(tensor, add(offset, mul(div(add(extentOf(layout), u32(3)), u32(4)), u32(4))));
  };
  for (const { name, factors, within } of tensors) append(within ?? name, name, factors);
  for (const { name, factors } of scratch) append(scratchTensor, name, factors);
  return (name) => {
    const address = known.get(name);
    if (address === undefined) throw new Error(`the tensor ${name} has no address`);
    return address;
  };
}
