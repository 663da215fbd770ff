/**
 * Cuts a graph into sections. Each section uses tensors and what earlier sections store: far values, and reductions
 * that a later section also needs. A graph without far values is one section.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Node, operands, reachable } from "../../graph/tensor/graph.ts";
import { rebuildAll } from "../../graph/tensor/rewrite.ts";
import { farValues } from "./far-values.ts";
import type { Target } from "./plan.ts";
import type { ScratchNames } from "./scratch-names.ts";

export interface Section {
  readonly targets: readonly Target[];
  /** The node of this section for each node of the whole graph. */
  readonly own: ReadonlyMap<Node, Node>;
}

export interface Sections {
  readonly sections: readonly Section[];
  /** The far values, which are tensors between the sections. */
  readonly far: readonly Target[];
}

/** @param layoutOf how a value over some axes lies in memory. */
export function inSections(
  g: GraphBuilder,
  targets: readonly Target[],
  names: ScratchNames,
  short: ReadonlySet<string>,
  layoutOf: (axes: AxisSet) => AxisSet,
): Sections {
  const values = targets.map((one) => one.value);
  const { far, sectionOf } = farValues(g.factors, values, short);
  const count = 1 + Math.max(0, ...values.map(sectionOf), ...[...far].map(sectionOf));
  if (count === 1) {
    const own = new Map(reachable(values).map((one) => [one, one]));
    return { sections: [{ targets, own }], far: [] };
  }
  const wanted: Target[][] = Array.from({ length: count }, () => []);
  const stored = new Set<Node>();
  const store = (value: Node, factors: AxisSet): Target => {
    const target = { tensor: names.of(value), factors, value };
    stored.add(value);
    wanted[sectionOf(value)].push(target);
    return target;
  };
  const tensors = [...far].map((one) => store(one, layoutOf(one.axes)));
  for (const one of targets) wanted[sectionOf(one.value)].push(one);
  // From the last section to the first, because each one determines what earlier sections must store.
  for (let section = count - 1; section > 0; section--) {
    const isGiven = (node: Node): boolean =>
      sectionOf(node) < section && (far.has(node) || node.kind === "reduce");
    const roots = wanted[section].map((one) => one.value);
    for (const node of reachable(roots, (one) => (isGiven(one) ? [] : operands(one)))) {
      if (isGiven(node) && !stored.has(node)) store(node, node.axes);
    }
  }
  const sections = wanted.map((own, section): Section => {
    const made = rebuildAll(
      g,
      own.map((one) => one.value),
      (node) =>
        stored.has(node) && sectionOf(node) < section ? g.input(names.of(node), node.axes) : undefined,
    );
    return { targets: own.map((one) => ({ ...one, value: made.get(one.value) as Node })), own: made };
  });
  return { sections: sections.filter((one) => one.targets.length > 0), far: tensors };
}
