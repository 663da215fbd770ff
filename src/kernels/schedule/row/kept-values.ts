/**
 * Rows that stay with the lanes: what the first loop reads, the later ones recall from registers or workgroup memory,
 * so that a row is read from memory once however many loops go over it.
 */
import { type AxisSet, isSubset } from "../../../graph/tensor/axes.ts";
import { type Node, operands } from "../../../graph/tensor/graph.ts";
import type { ElementLoop, KeptValue, RowLoop, RowWork } from "../plan.ts";
import { mainLoops } from "./row-work.ts";

/**
 * Of what an earlier loop computes anyway, the largest parts that a later one needs (x + residual, not both), unless
 * these follow from what is kept already; or the tensors that all of it is made of, where they are fewer (x and d_y for
 * `d_y · gamma`, `d_y · xhat` and xhat). Only values over all of the grid and the row, which differ for every element of
 * every row: the others are few, and caches hold them.
 */
export function keptValues(grid: AxisSet, row: RowWork): KeptValue[] {
  const full = [...grid, ...row.main];
  const computed = computedPerElement(row);
  const kept = new Set<Node>();
  const available = new Set<Node>();
  for (const values of valuesByLoop(row)) {
    const needed = elementwise(values, (node) => !available.has(node));
    for (const node of needed) {
      if (!available.has(node) || !isSubset(full, node.axes)) continue;
      if (computed.has(node) && !follows(node)) kept.add(node);
    }
    for (const node of elementwise(values, () => true)) available.add(node);
  }
  const tensors = [...elementwise([...kept], () => true)].filter(isTensor);
  const fewest = tensors.length < kept.size ? tensors : [...kept];
  return fewest.map((value, slot) => ({ value, slot }));

  function isTensor(node: Node): boolean {
    return node.kind === "input" && isSubset(full, node.axes);
  }

  /** Whether it can be computed of what is kept, without memory that differs for every element. */
  function follows(node: Node): boolean {
    const leaves = [...elementwise([node], (one) => !kept.has(one))];
    return leaves.every((one) => kept.has(one) || !isTensor(one));
  }
}

/** The values that each loop over the row needs, in order. */
function valuesByLoop(row: RowWork): Node[][] {
  return [...mainLoops(row).map(reducedBy), ...row.elements.map(storedBy)];
}

/**
 * What the loops compute for each element of the row, and so could keep. Samples are of a few elements; and of a comparison
 * that a `where` chooses by no number is made.
 */
function computedPerElement(row: RowWork): Set<Node> {
  const loops = mainLoops(row).filter((one) => one.kind !== "samples");
  const values = [...loops.flatMap(reducedBy), ...row.elements.flatMap(storedBy)];
  const numbers = new Set(values);
  for (const node of elementwise(values, () => true)) {
    const chooses = node.kind === "map" && node.op === "where" && isComparison(node.args[0]);
    for (const one of operands(node).slice(chooses ? 1 : 0)) numbers.add(one);
  }
  return numbers;
}

function reducedBy({ reductions }: RowLoop): Node[] {
  return reductions.map((one) => one.arg);
}

function storedBy({ targets, columns }: ElementLoop): Node[] {
  return [...targets, ...columns].map((one) => one.value);
}

function isComparison(node: Node): boolean {
  return node.kind === "map" && ["lt", "le", "eq", "ne"].includes(node.op);
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
