/**
 * The compiler passes, in order: they turn a checked graph into a program. This file shows the whole road on one
 * screen.
 */

import { differentiate } from "../graph/autodiff/differentiate.ts";
import { centre } from "../graph/passes/cotangents/centre.ts";
import { expand } from "../graph/passes/expand.ts";
import { forget } from "../graph/passes/forget.ts";
import { nestSums } from "../graph/passes/nest-sums.ts";
import { recognise } from "../graph/passes/recognise.ts";
import { regroup } from "../graph/passes/regroup.ts";
import { rescale } from "../graph/passes/rescale.ts";
import { simplify } from "../graph/passes/simplify.ts";
import { sinkPicks } from "../graph/passes/sink-picks.ts";
import { stabilise } from "../graph/passes/stabilise.ts";
import { shapeWindows } from "../graph/passes/windows.ts";
import type { Graph } from "../graph/tensor/graph.ts";
import { verifyGraph } from "../graph/tensor/verify-graph.ts";
import { addresses } from "../kernels/body/address.ts";
import { allKernels, type LoweredKernel } from "../kernels/ir/ir.ts";
import { verifyKernel } from "../kernels/ir/verify-kernel.ts";
import { lowerStructures } from "../kernels/lower/lower-structures.ts";
import { partition } from "../kernels/schedule/partition.ts";
import type { Plan } from "../kernels/schedule/plan.ts";
import { scheduleRows } from "../kernels/schedule/row/schedule-rows.ts";
import { verifyPlan } from "../kernels/schedule/verify/verify-plan.ts";
import type { Program } from "../program/program.ts";
import { emitProgram } from "../targets/wgsl/emit-program.ts";

/** A graph after each pass, for `normc explain --after PASS`. */
export type PassedGraphs = readonly { readonly pass: string; readonly graph: Graph; readonly ms: number }[];

export interface Compiled {
  readonly program: Program;
  readonly plan: Plan;
  readonly kernels: readonly LoweredKernel[];
  readonly graphs: PassedGraphs;
}

export const graphPasses: readonly { readonly name: string; readonly run: (graph: Graph) => Graph }[] = [
  { name: "forget", run: forget },
  { name: "simplify", run: simplify },
  { name: "recognise", run: recognise },
  { name: "windows", run: shapeWindows },
  { name: "regroup", run: regroup },
  { name: "stabilise", run: stabilise },
  { name: "centre", run: centre },
  { name: "nest", run: nestSums },
  { name: "rescale", run: rescale },
  { name: "sink", run: sinkPicks },
  { name: "expand", run: expand },
  { name: "tidy", run: simplify },
];

export function compileGraph(checked: Graph): Compiled {
  return compilePassed(passGraph(checked));
}

/** The first half of the road: runs the passes over the graph. */
export function passGraph(checked: Graph): PassedGraphs {
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

/** By graph: what `normc check` tries is what a build compiles. */
const passedGradients = new WeakMap<Graph, PassedGraphs>();

/** The first half of the road for the graph of all gradients. The graph must have no `nameClash`. */
export function passGradients(graph: Graph): PassedGraphs {
  const passed = passedGradients.get(graph) ?? passGraph(differentiate(graph));
  passedGradients.set(graph, passed);
  return passed;
}

/** The second half: turns the last graph into kernels. */
export function compilePassed(graphs: PassedGraphs): Compiled {
  const { graph } = graphs.at(-1)!;
  const plan = scheduleRows(partition(graph));
  verifyPlan(graph, plan);
  const addressOf = addresses(graph.tensors, plan.scratch);
  const kernels = plan.kernels.map((one) => lowerStructures(one, addressOf));
  for (const one of kernels) for (const kernel of allKernels(one)) verifyKernel(kernel);
  return { program: emitProgram(graph, plan, kernels), plan, kernels, graphs };
}
