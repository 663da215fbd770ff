/** Checks the rules of the plan before kernels are lowered. A violation is a defect of the compiler. */
import { sameAxes } from "../../../graph/tensor/axes.ts";
import { type Graph, type Node, reachable, tensorsIn } from "../../../graph/tensor/graph.ts";
import { type Plan, type PlannedKernel, storedPlace, storedTargets } from "../plan.ts";
import { verifyLoops } from "./verify-loops.ts";
import { verifySplit } from "./verify-split.ts";
import { verifyStores } from "./verify-stores.ts";
import { verifyStructures } from "./verify-structures.ts";

export function verifyPlan(graph: Graph, plan: Plan): void {
  const failIn = (kernel: PlannedKernel) => (rule: string) => {
    throw new Error(`the plan of ${graph.norm}, kernel ${kernel.name}: ${rule}`);
  };
  const layouts = new Map([...graph.tensors, ...plan.scratch].map((one) => [one.name, one.factors]));
  if (layouts.size < graph.tensors.length + plan.scratch.length)
    throw new Error(`the plan of ${graph.norm}: each tensor has a name of its own`);
  const given = new Set(graph.tensors.filter(({ role }) => role !== "output").map((one) => one.name));
  const isScratch = new Set(plan.scratch.map((one) => one.name));
  const stored = new Set<string>();
  for (const kernel of plan.kernels) {
    const fail = failIn(kernel);
    verifyStores(kernel, fail);
    verifyLoops(kernel, fail);
    verifyStructures(graph, plan, kernel, fail);
    verifySplit(graph, kernel, fail);

    for (const node of reachable(valuesOf(kernel))) {
      if (node.kind !== "input") continue;
      if (!given.has(node.tensor) && !stored.has(node.tensor))
        fail(`\`${node.tensor}\` is stored before it is read`);
      if (!sameAxes(node.tensorAxes, layouts.get(node.tensor) ?? ["?"]))
        fail(`\`${node.tensor}\` is read over the axes that it has`);
    }
    const own = new Set<string>();
    const places = new Set<string>();
    for (const target of storedTargets(kernel)) {
      const { tensor, factors } = target;
      // A later kernel may compute a scratch value again. That costs time, but the value is the same.
      if (places.has(storedPlace(target)) || (stored.has(tensor) && !isScratch.has(tensor)))
        fail(`\`${tensor}\` is stored once`);
      own.add(tensor);
      places.add(storedPlace(target));
      if (factors.join(" ") !== layouts.get(tensor)?.join(" ")) fail(`\`${tensor}\` has its own layout`);
    }
    for (const tensor of own) stored.add(tensor);
  }
  for (const { tensor } of graph.results) {
    if (!stored.has(tensor)) throw new Error(`the plan of ${graph.norm}: \`${tensor}\` is stored`);
  }
  verifyStates(graph, plan, failIn);
}

type FailIn = (kernel: PlannedKernel) => (rule: string) => void;

/** A state is written in place, so only the row that writes an element may read it, and no later kernel. */
function verifyStates(graph: Graph, { kernels }: Plan, failIn: FailIn): void {
  const states = new Set(graph.tensors.filter((one) => one.role === "state").map((one) => one.name));
  kernels.forEach((kernel, place) => {
    const fail = failIn(kernel);
    for (const target of storedTargets(kernel).filter((one) => states.has(one.tensor))) {
      const reads = (values: readonly Node[]): boolean => tensorsIn(values).has(target.tensor);
      if (reads(kernels.slice(place + 1).flatMap(valuesOf)))
        fail(`no later kernel reads \`${target.tensor}\`, which is written in place`);
      const others = storedTargets(kernel).filter((one) => one !== target);
      const elsewhere = [
        ...others.map((one) => one.value),
        ...reachable(valuesOf(kernel)).filter((one) => one.kind === "reduce" || one.kind === "window"),
      ];
      if (reads(elsewhere) || !sameAxes(target.factors, kernel.grid))
        fail(`only the row that writes \`${target.tensor}\` reads it`);
    }
  });
}

function valuesOf(kernel: PlannedKernel): Node[] {
  return storedTargets(kernel).map((one) => one.value);
}
