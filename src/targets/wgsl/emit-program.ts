/** Turns kernels into a program: plain data that the runtime understands. */

import { fill } from "../../../templates/fill.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { scratchTensor } from "../../kernels/body/address.ts";
import type { Kernel, LoweredKernel } from "../../kernels/ir/ir.ts";
import type { Plan } from "../../kernels/schedule/plan.ts";
import { partialsTensor } from "../../program/names.ts";
import type {
  Program,
  ProgramConstant,
  ProgramKernel,
  ProgramTensor,
  Shader,
} from "../../program/program.ts";
import { programInterface } from "../interface/program-interface.ts";
import { wgslModule } from "./wgsl.ts";

export function emitProgram(graph: Graph, plan: Plan, kernels: readonly LoweredKernel[]): Program {
  const { tensors, ...named } = programInterface(graph);
  const splits = kernels.some((one) => one.split !== null);
  return { ...named, tensors: [...tensors, ...scratch(plan, splits)], kernels: kernels.map(emitKernel) };
}

/** The scratch tensors: the memory between kernels. */
function scratch(plan: Plan, splits: boolean): ProgramTensor[] {
  const values = plan.scratch.map((one) => one.factors);
  const made: ProgramTensor[] =
    values.length === 0 ? [] : [{ name: scratchTensor, role: "scratch", dims: [], values }];
  // The variants that are chosen for the extents decide its size.
  if (splits) made.push({ name: partialsTensor, role: "scratch", dims: [], values: [] });
  return made;
}

function emitKernel({ whole, split, chunked }: LoweredKernel): ProgramKernel {
  const { name, grid, row } = whole[0];
  const shaders = whole.map(emitShader);
  const rows = Math.max(...shaders.map((one) => one.together));
  const factor = whole.flatMap(({ structure }) => structure.along ?? [])[0];
  return {
    name,
    grid,
    row,
    chunked,
    shaders,
    supports: {
      held: Math.max(...shaders.map((one) => one.held)),
      together: factor === undefined ? rows : 1,
      ...(factor === undefined ? {} : { neighbours: { factor, rows } }),
      split: split !== null,
    },
    split: split && {
      slots: split.slots,
      stages: split.stages.map((shaders) => ({
        shaders: shaders.map(emitShader),
        shared: shaders[0].inParts,
      })),
    },
  };
}

function emitShader(kernel: Kernel): Shader {
  const module = wgslModule(kernel);
  const { vector, together } = kernel.structure;
  return {
    vector,
    together,
    held: kernel.held,
    exchanges: kernel.exchanges,
    wgsl: fill("kernel.wgsl", module),
    bindings: module.bindings,
    constants: module.constants.map(({ name, constant }): ProgramConstant => ({ name, ...constant })),
  };
}
