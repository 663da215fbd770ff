/** What a kernel does with a row: its reductions, and what it stores element by element and once. */

import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { orderLike } from "./layout.ts";
import type { PlannedKernel, Target } from "./plan.ts";
import { type ReductionLoop, reductionLoops } from "./row-loops.ts";

export interface RowWork {
  /** In an order in which each finds what it needs. */
  readonly loops: readonly { readonly loop: ReductionLoop; readonly order: AxisSet }[];
  /** The axes of the row that is stored; of a kernel that stores totals alone, those of its first reduction. */
  readonly main: AxisSet;
  /** Targets stored over the row, by the axes it runs over, slowest first: those of a group share a loop. */
  readonly elements: readonly { readonly order: AxisSet; readonly targets: readonly Target[] }[];
  /** Targets stored once a row. */
  readonly once: readonly Target[];
  /** What is added up over the rows, in the loop that stores the elements of `main`. */
  readonly columns: readonly Target[];
}

export function rowWork(graph: Graph, planned: PlannedKernel): RowWork {
  const { targets, columns, grid } = planned;
  const elements = new Map<string, { order: AxisSet; targets: Target[] }>();
  for (const one of targets.filter(({ factors }) => !sameAxes(factors, grid))) {
    const order = minus(one.factors, grid);
    const group = elements.get(order.join(" ")) ?? { order, targets: [] };
    group.targets.push(one);
    elements.set(order.join(" "), group);
  }
  const loops = reductionLoops(planned).map((loop) => ({
    loop,
    order: loop.segments.length > 0 ? loop.over : orderLike(graph, loop.over, loop.reductions),
  }));
  const [group] = elements.values();
  return {
    loops,
    main: group?.order ?? loops[0]?.order ?? [],
    elements: [...elements.values()],
    once: targets.filter(({ factors }) => sameAxes(factors, grid)),
    columns,
  };
}

/** The loops over the row as it is stored, whose values can be kept. */
export function mainLoops({ loops, main }: RowWork): ReductionLoop[] {
  return loops.filter(({ order }) => sameAxes(order, main)).map(({ loop }) => loop);
}

/** The loops that go over the row, in one way or another: those that can be split. */
export function splitLoops({ loops, main }: RowWork): ReductionLoop[] {
  return loops
    .filter(({ loop, order }) => sameAxes(order, main) || loop.segments.length > 0)
    .map(({ loop }) => loop);
}

/** A loop that only takes samples of the terms of a sum: no loop at all. */
export function isSample({ reductions, segments }: ReductionLoop): boolean {
  return segments.length === 0 && reductions.every((one) => one.op === "shift");
}
