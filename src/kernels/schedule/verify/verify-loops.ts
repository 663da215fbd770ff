/** Checks the loops over a row: each needs only results of earlier ones. */
import { sameAxes } from "../../../graph/tensor/axes.ts";
import { type Node, operands } from "../../../graph/tensor/graph.ts";
import { outermostReductions } from "../locality.ts";
import { foundBy, type PlannedKernel, type RowLoop } from "../plan.ts";

export function verifyLoops({ row }: PlannedKernel, fail: (rule: string) => void): void {
  const known = new Set<Node>();
  for (const loop of row.loops) {
    verifyLoop(loop, known, fail);
    for (const node of foundBy(loop)) {
      if (known.has(node)) fail(`a reduction is found by one loop (node ${node.id})`);
      known.add(node);
    }
  }
  const stored = [...row.elements.flatMap((one) => [...one.targets, ...one.columns]), ...row.once];
  for (const { tensor, value } of stored) {
    if (!finds([value], known)) fail(`\`${tensor}\` is made of what the loops find`);
  }
}

/** @param known the results of earlier loops. */
export function verifyLoop(loop: RowLoop, known: ReadonlySet<Node>, fail: (rule: string) => void): void {
  const name = `the loop over ${loop.over.join(", ")}`;
  if (loop.reductions.some((one) => !sameAxes(one.over, loop.over)))
    fail(`${name} makes reductions over its axes`);
  const values = loop.reductions.flatMap(operands);
  switch (loop.kind) {
    case "samples":
      if (loop.reductions.some((one) => one.op !== "shift")) fail(`${name} takes samples only`);
      break;
    case "reductions":
      if (loop.reductions.length === 0) fail(`${name} reduces something`);
      break;
    case "segments": {
      const segments = loop.segments.map((one) => one.value);
      const inSegments = segments.map((one) => one.arg);
      if (!finds(inSegments, known)) fail(`${name} comes after what its segments need`);
      if (!finds(values, new Set([...known, ...segments]))) fail(`${name} comes after what it needs`);
      return;
    }
  }
  if (!finds(values, known)) fail(`${name} comes after what it needs`);
}

/** Whether all reductions that values depend on are known. */
export function finds(values: readonly Node[], known: ReadonlySet<Node>): boolean {
  return values.every((value) => outermostReductions(value).every((one) => known.has(one)));
}
