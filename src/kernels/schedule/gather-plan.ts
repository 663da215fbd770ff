/**
 * The plan for targets on which an invocation writes one place and shares nothing (fragments of WebGL2, threads of
 * gpu.js): a list of draws. A statistics draw reduces rows and packs at most four numbers for each row in a texel. A
 * map draw writes one tensor, element by element, and reads the statistics that earlier draws packed. In a long chain,
 * map draws also write values that later draws read instead of computing them again (see `far-values.ts`).
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import { createBuilder, type GraphBuilder } from "../../graph/tensor/builder.ts";
import {
  fixedFactors,
  type Graph,
  type Node,
  operands,
  type ReduceNode,
  reachable,
} from "../../graph/tensor/graph.ts";
import { rebuild } from "../../graph/tensor/rewrite.ts";
import { farValues } from "./far-values.ts";
import { countNumbers, handOn, mergedTogether, type PartNumbers } from "./handed-on.ts";
import { layoutOf, orderLike } from "./layout.ts";
import { pickStored } from "./locality.ts";
import type { Target } from "./plan.ts";
import { type ScratchNames, scratchNames } from "./scratch-names.ts";
import { storedOperands } from "./windows/stored-operands.ts";

export interface GatherPlan {
  /** In the order in which they run. */
  readonly draws: readonly PlannedDraw[];
}

export type PlannedDraw = MapDraw | StatisticsDraw;

export interface MapDraw {
  readonly kind: "map";
  readonly target: Target;
}

export interface StatisticsDraw {
  readonly kind: "statistics";
  readonly name: string;
  /** The name of the sums of the parts of long rows, which another draw merges. */
  readonly partsName: string;
  /** The axes that the draw keeps, slowest first: one texel for each coordinate. */
  readonly grid: AxisSet;
  /** The axes of a row, slowest first. */
  readonly row: AxisSet;
  readonly reductions: readonly ReduceNode[];
  /** The names under which later draws read each of them. */
  readonly names: readonly string[];
  /** What a part of a row hands on. Null if rows are short and never taken in parts. */
  readonly parts: PartNumbers | null;
}

/** How many numbers a texel holds. */
export const texelSlots = 4;

export function planGather(graph: Graph): GatherPlan {
  const g = createBuilder(graph.factors);
  const names = scratchNames(graph.tensors.map((one) => one.name));
  const short = fixedFactors(graph);
  const values = graph.results.map((one) => one.value);
  // Every reduction is stored, so only the number of operations makes a value far.
  const { far } = farValues(graph.factors, values, short, Number.POSITIVE_INFINITY);
  const costly = reachable(values).flatMap((one) => (one.kind === "window" ? storedOperands(one) : []));
  const stored = new Set([...far, ...costly]);
  const made = new Map<Node, Node>();
  const level = new Map<Node, number>();
  const loops = new Map<string, { readonly level: number; readonly reductions: Reduction[] }>();
  const kept: { readonly level: number; readonly draw: MapDraw }[] = [];
  for (const node of reachable(values)) {
    const below = Math.max(0, ...operands(node).map((one) => level.get(one) ?? 0));
    level.set(node, node.kind === "reduce" ? below + 1 : below);
    const ofMade = (one: Node): Node => made.get(one) as Node;
    const value =
      node.kind === "pick" ? pickStored(g, ofMade(node.arg), node.at, ofMade) : rebuild(g, node, ofMade);
    made.set(node, value);
    if (stored.has(node)) {
      const tensor = names.of(value);
      const factors = layoutOf(graph, value.axes);
      kept.push({ level: below, draw: { kind: "map", target: { tensor, factors, value } } });
      made.set(node, g.input(tensor, value.axes));
    }
    if (value.kind !== "reduce") continue;
    const name = names.like(`stat_${value.id}`);
    made.set(node, g.input(name, value.axes));
    const key = `${below} ${value.axes.join(" ")} over ${value.over.join(" ")}`;
    const loop = loops.get(key) ?? { level: below, reductions: [] };
    if (!loop.reductions.some((one) => one.node === value)) loop.reductions.push({ node: value, name });
    loops.set(key, loop);
  }
  const inOrder = [...loops.values()].sort((a, b) => a.level - b.level);
  const statistics = inOrder.flatMap(({ level, reductions }) =>
    intoTexels(reductions).map((texel) => ({ level, texel })),
  );
  const draws = statistics.map(({ level, texel }, place) => ({
    level,
    draw: statisticsDraw(g, graph, short, texel, `stats_${place + 1}`, names),
  }));
  const maps = graph.results.map(({ tensor, value }): MapDraw => {
    const factors = graph.tensors.find((one) => one.name === tensor)?.factors ?? [];
    return { kind: "map", target: { tensor, factors, value: made.get(value) as Node } };
  });
  // A far value comes before statistics of the same level.
  const between = [...kept, ...draws].sort((a, b) => a.level - b.level).map((one) => one.draw);
  return { draws: [...between, ...maps] };
}

interface Reduction {
  readonly node: ReduceNode;
  readonly name: string;
}

function statisticsDraw(
  g: GraphBuilder,
  graph: Graph,
  short: ReadonlySet<string>,
  reductions: readonly Reduction[],
  wanted: string,
  names: ScratchNames,
): StatisticsDraw {
  const nodes = reductions.map((one) => one.node);
  const [{ axes, over }] = nodes;
  const isSampled = nodes.every((one) => one.op === "shift");
  const isLong = !isSampled && !over.every((one) => short.has(one));
  return {
    kind: "statistics",
    name: names.like(wanted),
    partsName: names.like(`${wanted}_parts`),
    grid: orderLike(graph, axes, nodes),
    row: orderLike(graph, over, nodes),
    reductions: nodes,
    names: reductions.map((one) => one.name),
    parts: isLong ? handOn(g, nodes, 0) : null,
  };
}

/** Packs the reductions of one loop into as few texels as possible. What is merged together stays together. */
function intoTexels(reductions: readonly Reduction[]): Reduction[][] {
  const groups = mergedTogether(reductions.map((one) => one.node));
  const texels: { readonly taken: number; readonly reductions: Reduction[] }[] = [];
  for (const group of groups) {
    // A part of a row hands on all moments, even if fewer are needed.
    const size = countNumbers(group);
    const own = reductions.filter(({ node }) => group.includes(node));
    const place = texels.findIndex((one) => one.taken + size <= texelSlots);
    if (place < 0) texels.push({ taken: size, reductions: own });
    else {
      const { taken, reductions } = texels[place];
      texels[place] = { taken: taken + size, reductions: [...reductions, ...own] };
    }
  }
  return texels.map((one) => one.reductions);
}
