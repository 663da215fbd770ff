/** The passes, in order: a checked graph becomes a program. This is the road in one screen. */
import { emitProgram } from "../emit/program.ts";
import { addresses } from "../kernel/address.ts";
import { lowerForms } from "../kernel/forms.ts";
import { allForms, type KernelForms } from "../kernel/ir.ts";
import { verifyKernel } from "../kernel/verify.ts";
import type { Program } from "../program/program.ts";
import { partition } from "../schedule/partition.ts";
import type { Plan } from "../schedule/plan.ts";
import { expand } from "../tensor/expand.ts";
import type { Graph } from "../tensor/graph.ts";
import { recognise } from "../tensor/recognise.ts";
import { share } from "../tensor/share.ts";
import { simplify } from "../tensor/simplify.ts";
import { stabilise } from "../tensor/stabilise.ts";
import { verifyGraph } from "../tensor/verify.ts";

export interface Compiled {
  readonly program: Program;
  readonly plan: Plan;
  readonly kernels: readonly KernelForms[];
  /** The graph after each pass, for `normc explain --after PASS`. */
  readonly graphs: readonly { readonly pass: string; readonly graph: Graph; readonly ms: number }[];
}

export const graphPasses: readonly { readonly name: string; readonly run: (graph: Graph) => Graph }[] = [
  { name: "simplify", run: simplify },
  { name: "recognise", run: recognise },
  { name: "stabilise", run: stabilise },
  { name: "share", run: share },
  { name: "expand", run: expand },
  { name: "tidy", run: simplify },
];

/** The graph as checked, then after each pass. */
export function runGraphPasses(checked: Graph): Compiled["graphs"] {
  verifyGraph(checked, "check");
  const graphs = [{ pass: "check", graph: checked, ms: 0 }];
  let graph = checked;
  for (const { name, run } of graphPasses) {
    const start = performance.now();
    graph = run(graph);
    graphs.push({ pass: name, graph, ms: performance.now() - start });
    verifyGraph(graph, name);
  }
  return graphs;
}

export function compileGraph(checked: Graph): Compiled {
  const graphs = runGraphPasses(checked);
  const { graph } = graphs.at(-1)!;
  const plan = partition(graph);
  const addressOf = addresses(graph.tensors, plan.scratch);
  const kernels = plan.kernels.map((one) => lowerForms(graph, one, addressOf));
  for (const one of kernels) for (const form of allForms(one)) verifyKernel(form);
  return { program: emitProgram(graph, plan, kernels), plan, kernels, graphs };
}
