/**
 * Rows that lanes keep: later loops recall from registers or workgroup memory what the first loop read, so that a row
 * is read from memory once, however many loops go over it.
 */
import { type AxisSet, isSubset } from "../../../graph/tensor/axes.ts";
import { type Node, operands } from "../../../graph/tensor/graph.ts";
import type { ElementLoop, KeptValue, RowLoop, RowWork } from "../plan.ts";
import { mainLoops } from "./row-work.ts";

/**
 * Chooses the values to keep. They are the largest values that an earlier loop computes anyway and a later loop needs
 * (x + residual instead of both), unless they follow from values already kept. If fewer, the tensors they are computed
 * from are kept instead (x and d_y for `d_y · gamma`, `d_y · xhat` and xhat). Only values over all axes of the grid and
 * the row are kept, which differ for every element of every row. Other values are few, and caches hold them.
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

  /** Whether a node can be computed from kept values, without reading memory that differs for every element. */
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
 * The values that the loops compute for each element of the row, and so could keep. Samples are excluded, because they
 * use only a few elements, and so are comparisons that only choose in a `where`, because they are never numbers.
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
  return reductions.flatMap(operands);
}

function storedBy({ targets, columns }: ElementLoop): Node[] {
  return [...targets, ...columns].map((one) => one.value);
}

function isComparison(node: Node): boolean {
  return node.kind === "map" && ["lt", "le", "eq", "ne"].includes(node.op);
}

/**
 * The values and their operands, down to reductions (known before the loop) and to nodes for which `through` is false.
 */
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
