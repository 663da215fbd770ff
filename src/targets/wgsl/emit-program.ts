/** Turns kernels into a program: plain data that the runtime understands. */

import { fill } from "../../../templates/fill.ts";
import type { Graph, GraphTensor } from "../../graph/tensor/graph.ts";
import { scratchTensor } from "../../kernels/body/address.ts";
import { placesOf } from "../../kernels/ir/in-place.ts";
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
  const places = placesIn(graph);
  return {
    ...named,
    tensors: [...tensors, ...scratch(plan, splits)],
    kernels: kernels.map((one) => emitKernel(one, places)),
  };
}

/** The outputs that have the layout of an input, and so could take its place. */
type Places = (input: string) => readonly string[];

function placesIn({ tensors }: Graph): Places {
  const layoutOf = ({ factors }: GraphTensor): string => factors.join(" ");
  return (input) => {
    const read = tensors.find((one) => one.name === input && one.role === "input");
    if (read === undefined) return [];
    return tensors
      .filter((one) => one.role === "output" && layoutOf(one) === layoutOf(read))
      .map(({ name }) => name);
  };
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

function emitKernel({ whole, split, chunked }: LoweredKernel, places: Places): ProgramKernel {
  const emit = (kernel: Kernel): Shader => emitShader(kernel, places);
  const { name, grid, row } = whole[0];
  const shaders = whole.map(emit);
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
        shaders: shaders.map(emit),
        shared: shaders[0].inParts,
      })),
    },
  };
}

function emitShader(kernel: Kernel, places: Places): Shader {
  const module = wgslModule(kernel);
  let known: ReturnType<typeof placesOf> | undefined;
  const written = new Set(kernel.tensors.flatMap((one) => (one.access === "read_write" ? [one.name] : [])));
  // Only for kernels with tensors that may be the same: to know it takes as long as to print the kernel.
  const placesAmong = (tensor: string, others: readonly string[]): readonly string[] => {
    const own = others.filter((one) => written.has(one));
    if (own.length === 0) return [];
    known ??= placesOf(kernel);
    return known(tensor, own);
  };
  const { vector, together } = kernel.structure;
  return {
    vector,
    together,
    held: kernel.held,
    exchanges: kernel.exchanges,
    wgsl: fill("kernel.wgsl", module),
    bindings: module.bindings.map((binding) => {
      const placeOf = placesAmong(binding.tensor, places(binding.tensor));
      return placeOf.length === 0 ? binding : { ...binding, placeOf };
    }),
    constants: module.constants.map(({ name, constant }): ProgramConstant => ({ name, ...constant })),
  };
}
