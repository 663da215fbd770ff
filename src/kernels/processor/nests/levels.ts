/**
 * The nest of loops over the elements of a row: one loop for each run of axes that lie side by side in every tensor that
 * is read or written there. So an index is a base and a step, without divisions, and what varies along the outer axes
 * only is computed outside of the inner loop.
 */
import type { AxisSet } from "../../../graph/tensor/axes.ts";
import { type Node, operands, reachable } from "../../../graph/tensor/graph.ts";
import type { Address } from "../../body/address.ts";
import type { Frame } from "../../body/frame.ts";
import type { Target } from "../../schedule/plan.ts";
import { directionOf } from "../../schedule/windows/scans.ts";

/** One loop of the nest. */
export interface Level {
  /** Slowest first. */
  readonly factors: AxisSet;
  /** The last factor if the loop takes four elements at a time. Only the innermost loop can. */
  readonly vector: string | null;
}

/** What a nest of loops reads and writes. */
export interface Touched {
  readonly values: readonly Node[];
  readonly targets: readonly Target[];
}

/** The levels of a nest over some axes, outermost first. */
export function levelsOf(
  frame: Frame,
  over: AxisSet,
  { values, targets }: Touched,
  addressOf: (tensor: string) => Address,
): Level[] {
  const nodes = elementwise([...values, ...targets.map((one) => one.value)]);
  const layouts = [...nodes.flatMap((one) => layoutRead(one, addressOf)), ...targets.map(layoutStored)];
  const alone = new Set(nodes.flatMap(axesAlone));
  const levels: string[][] = [];
  for (const factor of over) {
    const last = levels.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && areOneRun(before, factor, layouts, alone))
      last.push(factor);
    else levels.push([factor]);
  }
  const inner = over.at(-1);
  const outerVectors = vectorsAround(frame, over);
  const isWide =
    inner !== undefined &&
    layouts.some((one) => one.at(-1) === inner) &&
    !nodes.some((one) => isAlongWindow(one, inner) || one.axes.some((axis) => outerVectors.has(axis)));
  return levels.map((factors, depth) => ({
    factors,
    vector: isWide && depth === levels.length - 1 ? (inner ?? null) : null,
  }));
}

/**
 * How many vectors a step takes, at most: few if each takes many operations, which hide the loop and each other, and would
 * make the module large.
 */
export function vectorsOfStep({ values, targets }: Touched, most: number): number {
  const nodes = elementwise([...values, ...targets.map((one) => one.value)]);
  if (nodes.some((one) => one.kind === "window")) return 1;
  return nodes.length <= 20 ? most : nodes.length <= 40 ? Math.min(2, most) : 1;
}

/** The nodes that are computed for each element: reductions are known before. */
function elementwise(values: readonly Node[]): Node[] {
  return reachable(values, (node) => (node.kind === "reduce" ? [] : operands(node)));
}

/** The axes of what is read, in the order of memory. An axis whose coordinate a value gives has no name here. */
function layoutRead(node: Node, addressOf: (tensor: string) => Address): AxisSet[] {
  if (node.kind !== "input") return [];
  const picked = new Set(node.at.map((one) => one.axis));
  return [addressOf(node.tensor).layout.map((one) => (picked.has(one) ? "" : one))];
}

function layoutStored({ factors, at = [] }: Target): AxisSet {
  const picked = new Set(at.map((one) => one.axis));
  return factors.map((one) => (picked.has(one) ? "" : one));
}

/** Axes whose coordinates are numbers of their own. */
function axesAlone(node: Node): AxisSet {
  if (node.kind === "index") return [node.axis];
  return node.kind === "window" ? node.over.map((one) => one.axis) : [];
}

function areOneRun(
  outer: string,
  inner: string,
  layouts: readonly AxisSet[],
  alone: ReadonlySet<string>,
): boolean {
  if (alone.has(outer) || alone.has(inner)) return false;
  return layouts.every((layout) => {
    const [a, b] = [layout.indexOf(outer), layout.indexOf(inner)];
    return a < 0 ? b < 0 : b === a + 1;
  });
}

/** Four neighbours along a window have four windows. */
function isAlongWindow(node: Node, axis: string): boolean {
  return (
    node.kind === "window" && directionOf(node) === undefined && node.over.some((one) => one.axis === axis)
  );
}

/** The axes along which values are four wide already, around a nest over some axes. */
function vectorsAround(frame: Frame, over: AxisSet): Set<string> {
  const found = new Set<string>();
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const vector = at.run?.vector;
    if (vector != null && !over.includes(vector)) found.add(vector);
  }
  return found;
}
