/** Decides which reductions of a kernel go through a row together, and in which order. */

import type { AxisSet } from "../../../graph/tensor/axes.ts";
import { type Graph, type Node, operands, type ReduceNode, reachable } from "../../../graph/tensor/graph.ts";
import { samplesAmong } from "../../../graph/tensor/samples.ts";
import { orderLike } from "../layout.ts";
import { outermostReductions } from "../locality.ts";
import { type KernelResults, type RowLoop, storedTargets } from "../plan.ts";
import { delaySums } from "./delay-sums.ts";

/** The loops that a kernel needs, ordered so that each one needs only results of earlier ones. */
export function rowLoops(graph: Graph, kernel: KernelResults): RowLoop[] {
  const nodes = reachable(storedTargets(kernel).map((one) => one.value));
  const segments = new Set<Node>(kernel.segments.map((one) => one.value));
  const isSample = samplesAmong(nodes);
  const below = levels(nodes, segments, isSample);
  const chain = sampleChains(nodes, isSample);
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
    // A sample comes before the loops of its level, and after the samples that it needs.
    const level = below.get(node) as number;
    const before = isSample(node) ? (chain.get(node) as number) : Number.POSITIVE_INFINITY;
    const key = `${level} ${before} ${node.over.join(" ")}`;
    const group = groups.get(key) ?? { level, before, over: node.over, reductions: [] };
    group.reductions.push(node);
    groups.set(key, group);
  }
  const loops = [...groups.values()].map(({ level, before, over, reductions }) => {
    const kind = before === Number.POSITIVE_INFINITY ? "reductions" : "samples";
    const loop: RowLoop = { kind, over: orderLike(graph, over, reductions), reductions };
    return { level, before, loop };
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
    loops.push({ level: below.get(first.value) as number, before: Number.POSITIVE_INFINITY, loop });
  }
  return loops
    .sort((a, b) => a.level - b.level || (a.before === b.before ? 0 : a.before - b.before))
    .map(({ loop }) => loop);
}

interface Group {
  readonly level: number;
  /** For samples: how many other samples of the level must come first. Infinity for reductions that take a loop. */
  readonly before: number;
  readonly over: AxisSet;
  readonly reductions: ReduceNode[];
}

function isOfSegments(node: Node, segments: ReadonlySet<Node>): boolean {
  if (node.kind !== "reduce" || segments.size === 0) return false;
  return operands(node).some((value) => outermostReductions(value).some((one) => segments.has(one)));
}

/**
 * The length of the chain of samples of the same level that a sample needs. Samples take no loop, so levels do not
 * order them.
 */
function sampleChains(nodes: readonly Node[], isSample: (node: Node) => boolean): Map<Node, number> {
  const chain = new Map<Node, number>();
  for (const node of nodes) {
    const after = operands(node).map((one) => {
      if (one.kind === "reduce" && !isSample(one)) return 0;
      return (chain.get(one) as number) + (one.kind === "reduce" ? 1 : 0);
    });
    chain.set(node, Math.max(0, ...after));
  }
  return chain;
}

/** How many loops must run before each node can be computed. One loop finds all segments. */
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
