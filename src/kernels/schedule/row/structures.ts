/** Decides which structures a kernel has. Each becomes a shader, and the runtime chooses one of them. */

import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import {
  type Graph,
  type Node,
  type ReduceNode,
  reachable,
  type WindowNode,
} from "../../../graph/tensor/graph.ts";
import { isStepped } from "../../../graph/tensor/windows.ts";
import {
  type KernelResults,
  type RowLoop,
  type RowWork,
  type StageWork,
  type Structure,
  storedTargets,
} from "../plan.ts";
import { scansIn } from "../windows/scans.ts";
import { keptValues } from "./kept-values.ts";

/**
 * How many rows a lane takes together. Hand-written kernels on SwiftShader took 28 ms with one row, 23 with two, 19
 * with four.
 */
const mostTogether = 4;

/** The structure that goes element by element. It serves every shape. */
const plain: Structure = { vector: null, together: 1, kept: [] };

/** The structures of a kernel whose rows are whole. */
export function wholeStructures(kernel: KernelResults, row: RowWork, vector: string | null): Structure[] {
  if (vector === null) return [plain];
  const wide: Structure = { ...plain, vector };
  const inRow = row.main.at(-1) === vector;
  const found = [plain];
  const scans = row.elements.flatMap((one) => one.scans);
  if (haveOneWidth(kernel.grid, vector, [...row.loops.map(exchangedIn), scans])) {
    found.push(wide);
    // The lanes of a row scan it step by step, all together.
    if (scans.length > 0) return found;
    const kept =
      isOneWalk(row) && (inRow || kernel.grid.at(-1) === vector) ? keptValues(kernel.grid, row) : [];
    if (kept.length > 0) found.push({ ...wide, kept });
  }
  if (scans.length > 0) return found;
  // A single row has no others to be taken with.
  const hasRows = kernel.grid.length > 0;
  // A step that stores several elements of a row (`unroll-picks.ts`) has as many loads in flight as one of several rows. A
  // rotary embedding took 1.8 times as long with four rows on lavapipe; with two, 0.85 of the time of one on SwiftShader, and
  // as long on lavapipe.
  const last = kernel.grid.at(-1);
  if (inRow && row.loops.length === 0 && last !== undefined && hasWindowAlong(kernel, last)) {
    found.push({ ...wide, together: mostTogether, along: last });
    return found;
  }
  const isUnrolled = kernel.targets.some((one) => one.at !== undefined);
  const together = isUnrolled ? Math.floor(mostTogether / kernel.targets.length) : mostTogether;
  if (inRow && hasRows && row.loops.length > 0 && together > 1) {
    const along = isUnrolled && isRepeated(kernel) ? kernel.grid.at(-1) : undefined;
    found.push({ ...wide, together, ...(along === undefined ? {} : { along }) });
  }
  return found;
}

/**
 * Whether rows have windows over each other: neighbours read most elements for each of them. Windows over several axes, and
 * long ones, have loops of their own.
 */
function hasWindowAlong({ targets }: KernelResults, axis: string): boolean {
  const windows = reachable(targets.map((one) => one.value)).filter((one) => one.kind === "window");
  return (
    windows.length > 0 &&
    windows.every(({ over }) => over.length === 1 && over[0].axis === axis && isStepped(over))
  );
}

/**
 * Whether neighbouring rows read the same elements, as the heads of a token read the same angles: those of a tensor along
 * the row and along other factors of the grid than the last.
 */
function isRepeated(kernel: KernelResults): boolean {
  const { grid } = kernel;
  const isRead = (one: Node): boolean =>
    one.kind === "input" &&
    one.axes.some((axis) => !grid.includes(axis)) &&
    one.axes.some((axis) => grid.includes(axis)) &&
    !one.axes.includes(grid[grid.length - 1]);
  return kernel.columns.length === 0 && reachable(storedTargets(kernel).map((one) => one.value)).some(isRead);
}

/** The structures of each stage of a split row. A variant goes four by four in all stages or in none. */
export function stageStructures(
  grid: AxisSet,
  stages: readonly (readonly StageWork[])[],
  vector: string | null,
): Structure[] {
  const isWide = vector !== null && stages.every((work) => haveOneWidth(grid, vector, work.map(exchangedAt)));
  return isWide ? [plain, { ...plain, vector }] : [plain];
}

/**
 * The factor along which a kernel can go four by four: the last factor of what it mainly stores or reads, along which
 * memory is contiguous. It can belong to the row (four elements of a row) or to the grid (four adjacent rows).
 */
export function vectorFactor(graph: Graph, kernel: KernelResults): string | null {
  const layouts = kernel.targets.map((one) => one.factors);
  const nodes = reachable(storedTargets(kernel).map((one) => one.value));
  for (const node of reachable(kernel.targets.map((one) => one.value))) {
    const tensor = node.kind === "input" ? graph.tensors.find((one) => one.name === node.tensor) : undefined;
    const inner = tensor?.factors.at(-1);
    const isPicked = node.kind === "input" && node.at.some((one) => one.axis === inner);
    if (tensor !== undefined && !isPicked) layouts.push(tensor.factors);
  }
  const main = layouts.reduce((best, one) => (one.length > best.length ? one : best));
  const last = graph.axes.flatMap((axis) => axis.factors).find((one) => one.name === main.at(-1));
  if (last === undefined || typeof last.extent === "number") return null;
  // Four neighbours along a window have four windows.
  const scans = new Set<Node>(scansIn(kernel.targets.map((one) => one.value)));
  const isAlong = (node: Node): boolean =>
    node.kind === "window" && !scans.has(node) && node.over.some((one) => one.axis === last.name);
  return nodes.some(isAlong) ? null : last.name;
}

/**
 * Whether all loops over the row take its elements in the same order, so that a lane has the same elements in each
 * loop.
 */
function isOneWalk({ loops, elements, main }: RowWork): boolean {
  return [...loops, ...elements]
    .filter(({ over }) => sameAxes(over, main))
    .every(({ over }) => over.join(" ") === main.join(" "));
}

/** The totals that the lanes of a row exchange: those of some reductions, or those of four adjacent rows. */
type Exchanged = readonly (ReduceNode | WindowNode)[] | "four rows";

/** All lanes read a sample, and each lane adds up sums of segments' sums, so neither is exchanged. */
function exchangedIn(loop: RowLoop): Exchanged {
  switch (loop.kind) {
    case "samples":
      return [];
    case "reductions":
      return loop.reductions;
    case "segments":
      return loop.segments.map((one) => one.value);
  }
}

/** Parts always hand on numbers for four adjacent rows, even if the rows share some of them. */
function exchangedAt({ kind, loop }: StageWork): Exchanged {
  if (kind !== "merge") return exchangedIn(loop);
  return loop.kind === "samples" || loop.reductions.length === 0 ? [] : "four rows";
}

/**
 * Whether all totals that lanes exchange have the same width, one number or four: they go through workgroup memory,
 * which has one type. A total is four numbers if four rows are adjacent along the factor.
 */
function haveOneWidth(grid: AxisSet, vector: string, exchanged: readonly Exchanged[]): boolean {
  if (grid.at(-1) !== vector) return true;
  const isWide = (one: Node): boolean => one.axes.includes(vector);
  const widths = exchanged.flatMap((one) => (one === "four rows" ? [true] : one.map(isWide)));
  return new Set(widths).size <= 1;
}
