/** Plans what a kernel does with a row: its loops, what it stores element by element, and what it stores once. */

import { type AxisSet, sameAxes } from "../../../graph/tensor/axes.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import {
  type ElementLoop,
  type KernelResults,
  type RowLoop,
  type RowWork,
  storedOver,
  type Target,
} from "../plan.ts";
import { scansIn } from "../windows/scans.ts";
import { rowLoops } from "./row-loops.ts";

export function rowWork(graph: Graph, kernel: KernelResults): RowWork {
  const loops = rowLoops(graph, kernel);
  const elements = elementLoops(kernel);
  return {
    loops,
    main: elements[0]?.over ?? loops[0]?.over ?? [],
    elements,
    once: kernel.targets.filter(({ factors }) => sameAxes(factors, kernel.grid)),
  };
}

/** Targets with the same axes in the same order share a loop. The first loop also adds up the columns. */
function elementLoops({ grid, targets, columns }: KernelResults): ElementLoop[] {
  const groups = new Map<string, { over: AxisSet; targets: Target[] }>();
  for (const one of targets.filter(({ factors }) => !sameAxes(factors, grid))) {
    const over = storedOver(one, grid);
    const group = groups.get(over.join(" ")) ?? { over, targets: [] };
    group.targets.push(one);
    groups.set(over.join(" "), group);
  }
  return [...groups.values()].map((one, place) => ({
    ...one,
    columns: place === 0 ? columns : [],
    scans: scansIn(one.targets.map(({ value }) => value)),
  }));
}

/** The loops over the row as it is stored. Lanes can keep what these loops read. */
export function mainLoops({ loops, main }: RowWork): RowLoop[] {
  return loops.filter(({ over }) => sameAxes(over, main));
}

/**
 * Whether a loop goes over the row as it is stored, in any order. If so, each part of the row takes its share of the
 * loop.
 */
export function isOverRow(loop: RowLoop, { main }: RowWork): boolean {
  return loop.kind === "segments" || sameAxes(loop.over, main);
}
