/** Which reductions of a kernel go through a row together, and in which order. */
import { outermostReductions } from "../schedule/locality.ts";
import { type PlannedKernel, type Segment, storedTargets } from "../schedule/plan.ts";
import type { AxisSet } from "../tensor/axes.ts";
import { type Node, operands, type ReduceNode, reachable } from "../tensor/graph.ts";

/** Reductions over the same axes, none of them needing another: they can go through a row together. */
export interface ReductionLoop {
  readonly over: AxisSet;
  readonly reductions: readonly ReduceNode[];
  /**
   * Of a loop over the outer axes of the row: the sums over its inner ones that it finds and stores on its way, which
   * its reductions are made of. None in any other loop.
   */
  readonly segments: readonly Segment[];
}

/** The loops that a kernel needs, in an order in which each finds what it needs. */
export function reductionLoops(kernel: PlannedKernel): ReductionLoop[] {
  const nodes = reachable(storedTargets(kernel).map((one) => one.value));
  const segments = new Set<Node>(kernel.segments.map((one) => one.value));
  const below = levels(nodes, segments);
  const loops = new Map<string, { level: number; over: AxisSet; reductions: ReduceNode[] }>();
  const ofSegments: ReduceNode[] = [];
  for (const node of nodes) {
    if (node.kind !== "reduce" || segments.has(node)) continue;
    if (outermostReductions(node.arg).some((one) => segments.has(one))) {
      ofSegments.push(node);
      continue;
    }
    const level = below.get(node) as number;
    const key = `${level} ${node.over.join(" ")}`;
    const loop = loops.get(key) ?? { level, over: node.over, reductions: [] };
    loop.reductions.push(node);
    loops.set(key, loop);
  }
  const all = [...loops.values()].map((one) => ({ ...one, segments: [] as readonly Segment[] }));
  const [first] = kernel.segments;
  if (first !== undefined) {
    const over = first.factors.slice(kernel.grid.length);
    const level = below.get(first.value) as number;
    all.push({ level, over, reductions: ofSegments, segments: kernel.segments });
  }
  return all.sort((a, b) => a.level - b.level);
}

/** How many loops must have run before a node can be computed. The segments are all found by one. */
function levels(nodes: readonly Node[], segments: ReadonlySet<Node>): Map<Node, number> {
  const below = new Map<Node, number>();
  const after = (node: Node): number => (below.get(node) as number) + (node.kind === "reduce" ? 1 : 0);
  const fill = (of: readonly Node[], found: number | undefined): void => {
    for (const node of of) {
      const own = Math.max(0, ...operands(node).map(after));
      below.set(node, found !== undefined && segments.has(node) ? found : own);
    }
  };
  const made = reachable([...segments]);
  fill(made, undefined);
  const last = Math.max(0, ...[...segments].map((one) => below.get(one) as number));
  fill(nodes, last);
  return below;
}
