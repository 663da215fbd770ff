/** Which reductions of a kernel go through a row together, and in which order. */

import type { AxisSet } from "../../../graph/tensor/axes.ts";
import { type Graph, type Node, operands, type ReduceNode, reachable } from "../../../graph/tensor/graph.ts";
import { orderLike } from "../layout.ts";
import { outermostReductions } from "../locality.ts";
import { type KernelResults, type RowLoop, storedTargets } from "../plan.ts";
import { samplesAmong } from "../samples.ts";
import { delaySums } from "./delay-sums.ts";

/** The loops that a kernel needs, in an order in which each finds what it needs. */
export function rowLoops(graph: Graph, kernel: KernelResults): RowLoop[] {
  const nodes = reachable(storedTargets(kernel).map((one) => one.value));
  const segments = new Set<Node>(kernel.segments.map((one) => one.value));
  const isSample = samplesAmong(nodes);
  const below = levels(nodes, segments, isSample);
  const isPlaced = (node: Node): boolean => segments.has(node) || isOfSegments(node, segments);
  delaySums(nodes, below, isPlaced);
  const groups = new Map<string, Group>();
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
    const group = groups.get(key) ?? { level, over: node.over, sampled: isSample(node), reductions: [] };
    group.reductions.push(node);
    groups.set(key, group);
  }
  const loops = [...groups.values()].map(({ level, over, sampled, reductions }) => {
    const kind = sampled ? "samples" : "reductions";
    const loop: RowLoop = { kind, over: orderLike(graph, over, reductions), reductions };
    return { level, loop };
  });
  const [first] = kernel.segments;
  if (first !== undefined) {
    const loop: RowLoop = {
      kind: "segments",
      over: first.factors.slice(kernel.grid.length),
      inner: first.value.over,
      segments: kernel.segments,
      reductions: ofSegments,
    };
    loops.push({ level: below.get(first.value) as number, loop });
  }
  return loops.sort((a, b) => a.level - b.level).map(({ loop }) => loop);
}

interface Group {
  readonly level: number;
  readonly over: AxisSet;
  readonly sampled: boolean;
  readonly reductions: ReduceNode[];
}

function isOfSegments(node: Node, segments: ReadonlySet<Node>): boolean {
  if (node.kind !== "reduce" || segments.size === 0) return false;
  return outermostReductions(node.arg).some((one) => segments.has(one));
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
