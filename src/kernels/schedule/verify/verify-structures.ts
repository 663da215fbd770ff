/** Checks the structures of a kernel: the first one serves every shape, and the others meet their conditions. */
import { isSubset, sameAxes } from "../../../graph/tensor/axes.ts";
import { fixedFactors, type Graph, type Node, operands, reachable } from "../../../graph/tensor/graph.ts";
import { type Plan, type PlannedKernel, type Structure, storedTargets } from "../plan.ts";

export function verifyStructures(
  graph: Graph,
  { scratch }: Plan,
  kernel: PlannedKernel,
  fail: (rule: string) => void,
): void {
  const { structures, split } = kernel;
  const innermost = innermostFactors(graph, scratch, kernel);
  for (const list of [structures, ...(split?.stages.map((one) => one.structures) ?? [])]) {
    const [first] = list;
    if (first === undefined || first.vector !== null || first.together !== 1 || first.kept.length > 0)
      fail("the first structure serves every shape");
    const texts = list.map((one) => `${one.vector ?? ""} ${one.together} ${one.kept.length > 0}`);
    if (new Set(texts).size < texts.length) fail("structures differ");
    for (const one of list) {
      if (one.vector !== null && !innermost.has(one.vector))
        fail(`${one.vector}, along which values are four wide, is innermost in memory`);
      verifyTogether(kernel, one, fail);
      verifyKept(kernel, one, fail);
    }
  }
  if (split?.stages.some((stage) => stage.structures.some((one) => one.together > 1 || one.kept.length > 0)))
    fail("a part of a row is gone over row by row, and nothing of it is kept");
}

/** The last factor of each tensor that the kernel reads or stores, except factors whose extent the spec fixes. */
function innermostFactors(graph: Graph, scratch: Plan["scratch"], kernel: PlannedKernel): Set<string> {
  const layouts = new Map([...graph.tensors, ...scratch].map((one) => [one.name, one.factors]));
  const fixed = fixedFactors(graph);
  const targets = storedTargets(kernel);
  const read = reachable(targets.map((one) => one.value)).flatMap((one) =>
    one.kind === "input" ? [layouts.get(one.tensor) ?? []] : [],
  );
  const last = [...targets.map((one) => one.factors), ...read].flatMap((factors) => factors.slice(-1));
  return new Set(last.filter((one) => !fixed.has(one)));
}

function verifyTogether({ grid, row }: PlannedKernel, one: Structure, fail: (rule: string) => void): void {
  if (one.along !== undefined && (one.together === 1 || grid.at(-1) !== one.along))
    fail("rows taken together lie along the last factor of the grid");
  if (one.together === 1) return;
  if (one.kept.length > 0) fail("of rows taken together nothing is kept");
  if (one.vector === null || row.main.at(-1) !== one.vector)
    fail("rows taken together are gone over four by four");
}

function verifyKept({ grid, row }: PlannedKernel, { kept }: Structure, fail: (rule: string) => void): void {
  if (kept.length === 0) return;
  const slots = [...kept].map((one) => one.slot).sort((a, b) => a - b);
  if (slots.some((slot, place) => slot !== place)) fail("kept values have the slots 0, 1, 2, …");
  const overRow = [...row.loops, ...row.elements].filter(({ over }) => sameAxes(over, row.main));
  if (overRow.some(({ over }) => over.join(" ") !== row.main.join(" ")))
    fail("a row of which something is kept is gone over in one order");
  const loops = overRow.map((loop) =>
    elementwise(
      "reductions" in loop
        ? loop.reductions.flatMap(operands)
        : [...loop.targets, ...loop.columns].map((one) => one.value),
    ),
  );
  for (const { value } of kept) {
    if (!isSubset([...grid, ...row.main], value.axes)) fail("what is kept differs for every element");
    if (loops.filter((nodes) => nodes.has(value)).length < 2)
      fail("what is kept is found by one loop and needed by another");
  }
}

/** The nodes that values consist of in a loop, down to reductions. */
function elementwise(values: readonly Node[]): Set<Node> {
  return new Set(
    reachable(values, (node) => (node.kind === "reduce" ? [] : operands(node))).filter(
      (one) => one.kind !== "reduce",
    ),
  );
}
