/**
 * Rows that stay with the lanes: what the first loop reads, the later ones recall from registers or workgroup memory,
 * so that a row is read from memory once however many loops go over it.
 */
import { type AxisSet, isSubset } from "../../graph/tensor/axes.ts";
import { type Node, operands } from "../../graph/tensor/graph.ts";

/** The values that are kept, each with its slot, and those that a loop has kept by now. */
export interface Kept {
  readonly slots: ReadonlyMap<Node, number>;
  readonly filled: Set<Node>;
}

/**
 * What to keep, given the values that each loop needs, in order: of what an earlier loop computes anyway, the largest
 * parts that a later one needs (x + residual, not both), unless these follow from what is kept already; or the tensors
 * that all of it is made of, where they are fewer (x and d_y for `d_y · gamma`, `d_y · xhat` and xhat). Only values over
 * all of `full`, which differ for every element of every row: the others are few, and caches hold them.
 */
export function keptValues(loops: readonly (readonly Node[])[], full: AxisSet): Kept {
  const slots = new Map<Node, number>();
  const available = new Set<Node>();
  for (const values of loops) {
    const needed = elementwise(values, (node) => !available.has(node));
    for (const node of needed) {
      if (available.has(node) && isSubset(full, node.axes) && !follows(node)) slots.set(node, slots.size);
    }
    for (const node of elementwise(values, () => true)) available.add(node);
  }
  const tensors = [...elementwise([...slots.keys()], () => true)].filter(isTensor);
  const fewest = tensors.length < slots.size ? new Map(tensors.map((one, slot) => [one, slot])) : slots;
  return { slots: fewest, filled: new Set() };

  function isTensor(node: Node): boolean {
    return node.kind === "input" && isSubset(full, node.axes);
  }

  /** Whether it can be computed of what is kept, without memory that differs for every element. */
  function follows(node: Node): boolean {
    const leaves = [...elementwise([node], (one) => !slots.has(one))];
    return leaves.every((one) => slots.has(one) || !isTensor(one));
  }
}

/** The values and what they are made of, down to reductions (known before the loop) and where `through` says no. */
function elementwise(values: readonly Node[], through: (node: Node) => boolean): Set<Node> {
  const found = new Set<Node>();
  const pending = [...values];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node) || node.kind === "reduce") continue;
    found.add(node);
    if (through(node)) pending.push(...operands(node));
  }
  return found;
}
