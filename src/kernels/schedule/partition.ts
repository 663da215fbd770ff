/**
 * Partition: cuts a graph into kernels.
 *
 * For the largest result, every set of axes that a reduction keeps is a candidate grid. Earlier kernels, found in the
 * same way, compute what such a kernel cannot compute itself (a reduction that keeps other axes). The candidate with
 * the fewest kernels wins, then the one with the larger grid: more rows keep more workgroups busy.
 */
import { type AxisSet, isSubset, minus, sameAxes, union } from "../../graph/tensor/axes.ts";
import { createBuilder, type GraphBuilder } from "../../graph/tensor/builder.ts";
import {
  fixedFactors,
  type Graph,
  type GraphTensor,
  type Node,
  operands,
  type ReduceNode,
  reachable,
} from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { chunkFactor } from "../../program/names.ts";
import { byProducts } from "./by-products.ts";
import { cutOutputs } from "./cut-outputs.ts";
import { layoutOf, orderLike } from "./layout.ts";
import { outermostReductions, resolveInKernel } from "./locality.ts";
import { pinnedStatistics } from "./pinned.ts";
import { type KernelResults, type Partition, storedTargets, type Target } from "./plan.ts";
import { type ScratchNames, scratchNames } from "./scratch-names.ts";
import { inSections, type Section } from "./sections.ts";
import { protectStates } from "./state-updates.ts";
import { type Direction, directionOf } from "./windows/scans.ts";

export function partition(graph: Graph): Partition {
  const g = createBuilder([...graph.factors, chunkFactor]);
  const names = scratchNames(graph.tensors.map((one) => one.name));
  const factorsOf = new Map(graph.tensors.map((one) => [one.name, one.factors]));
  // One builder must create all nodes, because it identifies them by their numbers.
  const made = rebuildAll(
    g,
    graph.results.map((one) => one.value),
  );
  const targets = graph.results.map(
    ({ tensor, value }): Target => ({
      tensor,
      factors: factorsOf.get(tensor) ?? [],
      value: made.get(value) as Node,
    }),
  );
  const { sections, far } = inSections(g, targets, names, fixedFactors(graph), (axes) =>
    layoutOf(graph, axes),
  );
  const stored = far.map(
    ({ tensor, factors }): GraphTensor => ({ name: tensor, role: "output", dims: factors, factors }),
  );
  const whole = { ...graph, tensors: [...graph.tensors, ...stored] };
  const pinned = pinnedStatistics(targets.map((one) => one.value));
  const kernels = sections.flatMap((one) =>
    kernelsOfSection({ graph: whole, g, names, fixed: fixedFactors(graph), pinned: new Set() }, one, pinned),
  );
  const safe = protectStates(graph, cutOutputs(whole, kernels), g, names);
  const scratch = new Map<string, { name: string; factors: AxisSet }>();
  for (const one of safe.flatMap(storedTargets)) {
    if (!factorsOf.has(one.tensor)) scratch.set(one.tensor, { name: one.tensor, factors: one.factors });
  }
  return { graph: whole, kernels: inOneLayout(safe, scratch), scratch: [...scratch.values()], g };
}

/** Two kernels may store the same value, with their rows in different orders: it has one layout. */
function inOneLayout(
  kernels: readonly KernelResults[],
  scratch: ReadonlyMap<string, { readonly factors: AxisSet }>,
): KernelResults[] {
  return kernels.map((kernel) => ({
    ...kernel,
    targets: kernel.targets.map((one) => ({
      ...one,
      factors: scratch.get(one.tensor)?.factors ?? one.factors,
    })),
  }));
}

function kernelsOfSection(
  search: Search,
  { targets, own }: Section,
  pinned: readonly ReduceNode[],
): KernelResults[] {
  const found = kernelsFor(search, targets, 0);
  const here = pinned.flatMap((one) => own.get(one) ?? []).filter((one) => one.kind === "reduce");
  return found.length > 1 && here.length > 0
    ? kernelsFor({ ...search, pinned: new Set(here) }, targets, 0)
    : found;
}

/**
 * Beyond this depth the search takes the first grid that works: reductions nested over ever different axes would take
 * 4^n steps.
 */
const searchDepth = 3;
const searchWidth = 4;

interface Search {
  /** The graph with far values among its tensors, as if they were outputs. */
  readonly graph: Graph;
  readonly g: GraphBuilder;
  readonly names: ScratchNames;
  readonly fixed: ReadonlySet<string>;
  /** Values that one kernel computes and all others read. */
  readonly pinned: ReadonlySet<Node>;
}

function kernelsFor(search: Search, targets: readonly Target[], depth: number): KernelResults[] {
  if (targets.length === 0) return [];
  const last = lastOf(targets);
  const largest = largestOf(targets);
  let best: KernelResults[] | undefined;
  // Usually the last and the largest target are the same. The sum of a gradient over all rows depends on the gradient,
  // but is better computed after it.
  for (const main of last === largest ? [last] : [last, largest]) {
    for (const grid of candidateGrids(search.graph, main, targets)) {
      if (best !== undefined && (depth >= searchDepth || best.length === 1)) break;
      const kernels = kernelsWithGrid(search, targets, main, grid, depth, best?.length ?? Infinity);
      if (kernels !== undefined && (best === undefined || kernels.length < best.length)) best = kernels;
    }
  }
  if (best === undefined) throw new Error(`no grid serves ${last.tensor}`);
  return best;
}

/** Larger grids come first. The grid of all axes, without a row, comes last, because it works for every target. */
function candidateGrids(graph: Graph, target: Target, targets: readonly Target[]): AxisSet[] {
  const all = union(graph.factors, target.factors);
  const nodes = reachable([target.value]);
  const scanned = nodes.flatMap((one) => directionOf(one)?.axis ?? []);
  if (scanned.length === 0 && !nodes.some((one) => one.kind === "reduce")) {
    const summed = summedGrids(graph, target, targets);
    return [...summed, elementwiseGrid(all, target), ...gridsOfStates(graph, target, targets)];
  }
  const grids = new Map<string, AxisSet>();
  for (const axis of scanned) {
    const grid = minus(all, [axis]);
    if (grid.length < all.length) grids.set(grid.join(" "), grid);
  }
  for (const node of nodes) {
    if (node.kind === "reduce" && isSubset(node.axes, all) && node.axes.length < all.length) {
      grids.set(node.axes.join(" "), node.axes);
    }
  }
  const larger = [...grids.values()].sort((a, b) => b.length - a.length);
  return [...larger.slice(0, searchWidth - 1), all];
}

/**
 * Without reductions a kernel can add up other targets' sums over the outer axes, if its grid has these axes: d_x of a norm
 * without statistics (dynamic tanh) has rows, whose columns add up to d_gamma.
 */
function summedGrids(graph: Graph, { factors }: Target, targets: readonly Target[]): AxisSet[] {
  const sums = targets.flatMap((one) => outermostReductions(one.value));
  return factors.flatMap((_, count) => {
    const outer = factors.slice(0, count);
    const isSummed = count > 0 && sums.some((one) => sameAxes(one.over, outer));
    return isSummed ? [graph.factors.filter((one) => outer.includes(one))] : [];
  });
}

/**
 * And it can find the new values of states on its way, if its rows are theirs: power norm divides by a running mean, which
 * follows the same x.
 */
function gridsOfStates(graph: Graph, { factors }: Target, targets: readonly Target[]): AxisSet[] {
  const states = new Set(graph.tensors.filter((one) => one.role === "state").map((one) => one.name));
  return targets
    .filter((one) => states.has(one.tensor) && one.factors.length > 0 && isSubset(one.factors, factors))
    .map((one) => graph.factors.filter((factor) => one.factors.includes(factor)));
}

/**
 * Without reductions any grid works. If the row consists of the innermost axes that no smaller operand has, each row
 * reads its operands (mean, variance, gamma, beta of a channel) and computes what follows from them once. With one row
 * for each element, batch norm in inference took 1.6 times as long as a copy on lavapipe.
 */
function elementwiseGrid(all: AxisSet, { value, factors }: Target): AxisSet {
  const nodes = reachable([value]);
  const small = nodes.filter((one) => one.kind === "input" && one.axes.length < all.length);
  // A row also knows the coordinates of its windows, which take divisions.
  const windows = nodes.flatMap((one) => (one.kind === "window" ? one.over : []));
  const used = new Set([...small.flatMap((one) => one.axes), ...windows.map((one) => one.axis)]);
  const inner = factors.length - 1 - factors.findLastIndex((one) => used.has(one));
  return inner === factors.length ? all : minus(all, factors.slice(factors.length - inner));
}

function kernelsWithGrid(
  search: Search,
  targets: readonly Target[],
  largest: Target,
  grid: AxisSet,
  depth: number,
  most: number,
): KernelResults[] | undefined {
  const { graph, g, names, fixed, pinned } = search;
  let stored = targets.filter((one) => isSubset(grid, one.factors));
  for (;;) {
    const row = minus(union(graph.factors, ...stored.map((one) => one.factors)), grid);
    const needed = new Map<Node, Target>();
    const own = new Set(stored.map((one) => one.value));
    const isStored = (node: Node): boolean => needed.has(node) || (pinned.has(node) && !own.has(node));
    const elsewhere = (node: Node): Node => {
      const tensor = names.of(node);
      const factors = graph.tensors.find((one) => one.name === tensor)?.factors ?? node.axes;
      needed.set(node, { tensor, factors, value: node });
      return g.input(tensor, node.axes);
    };
    const scan = directionOfRow(row, largest.value);
    const resolve = (): Node[] =>
      stored.map((one) => resolveInKernel(g, one.value, { grid, row, fixed, isStored, scan }, elsewhere));
    const first = resolve();
    // Resolved again, so that every use of a value reads what an earlier kernel stores for one use.
    const values = needed.size === 0 ? first : resolve();
    // If a kernel needs one of its own results from elsewhere, an earlier kernel must store that result; otherwise
    // there is no progress.
    const late = stored.filter((one) => needed.has(one.value));
    if (late.includes(largest)) return undefined;
    if (late.length > 0) {
      stored = stored.filter((one) => !late.includes(one));
      continue;
    }
    const rest = targets.filter((one) => !stored.includes(one));
    // Targets that can be computed from sums that this kernel adds up on the way come after it, and do not read its
    // inputs again.
    const ordered = orderLike(graph, grid, values);
    const rows = { grid: ordered, row, fixed, isStored, scan };
    const made = byProducts(g, graph, rest, { rows, largest, stored, values, names });
    const { after, once, columns, chunked, segments } = made;
    const others = rest.filter((one) => !after.some(({ tensor }) => tensor === one.tensor));
    const known = new Set(others.map((one) => one.tensor));
    const before = [...others, ...[...needed.values()].filter((one) => !known.has(one.tensor))];
    if (1 + Math.min(1, before.length) + Math.min(1, after.length) >= most) return undefined;
    const kernel: KernelResults = {
      name: largest.tensor,
      grid: [...minus(ordered, chunked), ...chunked],
      targets: [...stored.map((one, i) => ({ ...one, value: made.values[i] })), ...once],
      columns,
      chunked,
      segments,
    };
    return [...kernelsFor(search, before, depth + 1), kernel, ...kernelsFor(search, after, depth + 1)];
  }
}

/** The direction of the scans along the row, if the value has some. A kernel scans in one direction. */
function directionOfRow([axis, ...others]: AxisSet, value: Node): Direction | null {
  if (others.length > 0) return null;
  // The operand of a scan may have scans from the other end, which are stored before.
  const outer = reachable([value], (node) => (node.kind === "map" ? node.args : []));
  return outer.map(directionOf).find((one) => one?.axis === axis) ?? null;
}

/** The target to compute last: the largest one that no other target depends on. */
function lastOf(targets: readonly Target[]): Target {
  const below = new Set(reachable(targets.flatMap((one) => operands(one.value))));
  const sinks = targets.filter((one) => !below.has(one.value));
  return largestOf(sinks);
}

function largestOf(targets: readonly Target[]): Target {
  return targets.reduce((best, one) => (one.factors.length > best.factors.length ? one : best));
}
