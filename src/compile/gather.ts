/** The road to gpu.js: the same passes over the graph, then passes that gather. */
import { emitGather } from "../emit/gather-program.ts";
import type { GatherProgram } from "../program/gather.ts";
import { type GatherPlan, planGather } from "../schedule/gather.ts";
import type { Graph } from "../tensor/graph.ts";
import { passGraph } from "./passes.ts";

export interface CompiledGather {
  readonly program: GatherProgram;
  readonly plan: GatherPlan;
}

export function compileGather(checked: Graph): CompiledGather {
  const graph = passGraph(checked).at(-1)!.graph;
  const plan = planGather(graph);
  return { program: emitGather(graph, plan), plan };
}
