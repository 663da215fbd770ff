/** The facts that lowering a kernel starts with. */
import { type Node, operands, reachable } from "../../graph/tensor/graph.ts";
import type { KeptValue } from "../schedule/plan.ts";
import type { Address } from "./address.ts";
import type { NameOf } from "./frame.ts";
import type { ValueContext, Walk } from "./value-context.ts";
import { walkOfLanes } from "./walk-lanes.ts";

/**
 * @param uses how often the values that the kernel stores, and what they need, are used.
 * @param barriers whether the lanes of a row may belong to several subgroups.
 */
export function createContext(
  uses: ReadonlyMap<Node, number>,
  addressOf: (tensor: string) => Address,
  {
    barriers,
    kept,
    walk = walkOfLanes,
  }: { readonly barriers: boolean; readonly kept: readonly KeptValue[]; readonly walk?: Walk },
): ValueContext {
  return {
    nameOf: createNames(),
    addressOf,
    uses,
    barriers,
    kept: new Map(kept.map(({ value, slot }) => [value, slot])),
    filled: new Set(),
    walk,
  };
}

/** @param values all values that a kernel stores. */
export function countUses(values: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of reachable(values)) for (const one of operands(node)) count(one);
  for (const value of values) count(value);
  return uses;
}

/** Gives each local a new name. The emitter makes the names legal in its language. */
function createNames(): NameOf {
  const taken = new Set<string>();
  /** The last number used for each base. */
  const counts = new Map<string, number>();
  return (base) => {
    let count = counts.get(base) ?? 1;
    let name = base;
    for (; taken.has(name); name = `${base}_${count}`) count += 1;
    counts.set(base, count);
    taken.add(name);
    return name;
  };
}
