/** Which reductions of a kernel go through a row together, and in which order. */

import { type AxisSet, sameAxes } from "../../graph/tensor/axes.ts";
import { isMoment, type Node, operands, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { outermostReductions } from "./locality.ts";
import { type PlannedKernel, type Segment, storedTargets } from "./plan.ts";

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
  const isSample = samplesAmong(nodes);
  const below = levels(nodes, segments, isSample);
  delaySums(nodes, below, segments);
  const loops = new Map<string, { level: number; over: AxisSet; reductions: ReduceNode[] }>();
  const ofSegments: ReduceNode[] = [];
  for (const node of nodes) {
    if (node.kind !== "reduce" || segments.has(node)) continue;
    if (isOfSegments(node, segments)) {
      ofSegments.push(node);
      continue;
    }
    // Samples are taken before the loops that need no more than they do.
    const level = (below.get(node) as number) - (isSample(node) ? 0.5 : 0);
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

function isOfSegments({ arg }: ReduceNode, segments: ReadonlySet<Node>): boolean {
  return outermostReductions(arg).some((one) => segments.has(one));
}

/** Which nodes are samples of the terms of a sum: shifts without the moments about them, which take no loop. */
export function samplesAmong(nodes: readonly Node[]): (node: Node) => boolean {
  const keyOf = ({ arg, over }: ReduceNode): string => `${arg.id} ${over.join(" ")}`;
  const reductions = nodes.filter((one) => one.kind === "reduce");
  const moments = new Set(reductions.filter(({ op }) => op === "rest" || op === "spread").map(keyOf));
  return (node) => node.kind === "reduce" && node.op === "shift" && !moments.has(keyOf(node));
}

/** How many loops must have run before a node can be computed. The segments are all found by one. */
function levels(
  nodes: readonly Node[],
  segments: ReadonlySet<Node>,
  isSample: (node: Node) => boolean,
): Map<Node, number> {
  const below = new Map<Node, number>();
  const after = (node: Node): number =>
    (below.get(node) as number) + (node.kind === "reduce" && !isSample(node) ? 1 : 0);
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

/**
 * A sum that no loop needs yet waits for a later one over the same axes that reads its tensors anyway: of a backward pass
 * the sum of d_y, which then is not read for it alone.
 */
function delaySums(nodes: readonly Node[], below: Map<Node, number>, segments: ReadonlySet<Node>): void {
  const level = (node: Node): number => below.get(node) as number;
  const sums = nodes.filter(
    (one): one is ReduceNode =>
      one.kind === "reduce" && !isMoment(one.op) && !segments.has(one) && !isOfSegments(one, segments),
  );
  const read = new Map(sums.map((one) => [one, rowTensors(one)]));
  /** The first level of those that need a node. */
  const needed = new Map<Node, number>();
  for (const node of [...nodes].reverse()) {
    const until = needed.get(node) ?? Number.POSITIVE_INFINITY;
    const own = node.kind === "reduce" ? read.get(node) : undefined;
    if (node.kind === "reduce" && own !== undefined) {
      const later = [...read]
        .filter(
          ([one, tensors]) =>
            level(one) > level(node) &&
            level(one) < until &&
            sameAxes(one.over, node.over) &&
            [...own].every((tensor) => tensors.has(tensor)),
        )
        .map(([one]) => level(one));
      if (later.length > 0) below.set(node, Math.min(...later));
    }
    const first = node.kind === "reduce" ? level(node) : until;
    for (const one of operands(node)) needed.set(one, Math.min(needed.get(one) ?? first, first));
  }
}

/** The tensors of which a reduction reads a row. */
function rowTensors({ arg, over }: ReduceNode): Set<string> {
  const read = reachable([arg], (node) => (node.kind === "reduce" ? [] : operands(node)));
  return new Set(
    read.flatMap((one) =>
      one.kind === "input" && one.axes.some((axis) => over.includes(axis)) ? [one.tensor] : [],
    ),
  );
}
