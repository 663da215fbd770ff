/** The road to gpu.js: the same compiler passes over the graph, then gather draws. */

import type { Graph } from "../graph/tensor/graph.ts";
import { type GatherPlan, planGather } from "../kernels/schedule/gather-plan.ts";
import type { GatherProgram } from "../program/gather-program.ts";
import { emitGather } from "../targets/gather/emit-gather.ts";
import { glsl } from "../targets/glsl/glsl.ts";
import { gpujs } from "../targets/gpujs/gpujs.ts";
import { passGraph } from "./passes.ts";

export interface CompiledGather {
  readonly program: GatherProgram;
  readonly plan: GatherPlan;
}

export function compileGather(checked: Graph): CompiledGather {
  const graph = passGraph(checked).at(-1)!.graph;
  const plan = planGather(graph);
  return { program: emitGather(graph, plan, { glsl, js: gpujs }), plan };
}
