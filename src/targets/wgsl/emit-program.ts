/** From kernels to a program: plain data that the runtime understands. */

import { fill } from "../../../templates/fill.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { scratchTensor } from "../../kernels/body/address.ts";
import type { Kernel, KernelForms } from "../../kernels/ir/ir.ts";
import { usesPart } from "../../kernels/ir/visit.ts";
import type { Plan } from "../../kernels/schedule/plan.ts";
import { partialsTensor } from "../../kernels/strategies/split.ts";
import type {
  FurtherForms,
  KernelForm,
  Program,
  ProgramConstant,
  ProgramKernel,
  ProgramTensor,
} from "../../program/program.ts";
import { wgslModule } from "./wgsl.ts";

export function emitProgram(graph: Graph, plan: Plan, kernels: readonly KernelForms[]): Program {
  const splits = kernels.some((one) => one.split !== null);
  return { ...programInterface(graph, plan, splits), kernels: kernels.map(emitKernel) };
}

/** A program without its kernels: what shapes and feeds are checked against. */
export function programInterface(
  graph: Graph,
  { scratch: kept }: Pick<Plan, "scratch"> = { scratch: [] },
  splits = false,
): Omit<Program, "kernels"> {
  const updated = new Set(graph.results.map((one) => one.tensor));
  const own = graph.tensors.filter((one) => one.within === undefined);
  const tensors = own.map(
    (one): ProgramTensor => ({
      name: one.name,
      role: one.role,
      dims: one.dims,
      ...(one.initial === undefined ? {} : { initial: one.initial }),
      ...(one.role === "state" ? { updated: updated.has(one.name) } : {}),
    }),
  );
  const parts = kept.map((one) => one.factors);
  const scratch: ProgramTensor[] =
    parts.length === 0 ? [] : [{ name: scratchTensor, role: "scratch", dims: [], parts }];
  // As large as the variants that are chosen for the extents make it.
  if (splits) scratch.push({ name: partialsTensor, role: "scratch", dims: [], parts: [] });
  return {
    norm: graph.norm,
    mode: graph.mode,
    axes: graph.axes,
    params: graph.params,
    tensors: [...tensors, ...savedIn(graph, updated), ...scratch],
  };
}

/** One buffer for all that is saved. */
function savedIn({ tensors }: Graph, written: ReadonlySet<string>): ProgramTensor[] {
  const saved = tensors.filter((one) => one.within !== undefined);
  const [first] = saved;
  if (first?.within === undefined) return [];
  const parts = saved.map((one) => one.factors);
  return [{ name: first.within, role: "saved", dims: [], parts, updated: written.has(first.name) }];
}

function emitKernel({ whole, split, chunked }: KernelForms): ProgramKernel {
  const { name, grid, row } = whole[0];
  const forms = whole.map(emitForm);
  return {
    name,
    grid,
    row,
    chunked,
    forms,
    offers: {
      held: Math.max(...forms.map((one) => one.held)),
      together: Math.max(...forms.map((one) => one.together)),
      split: split !== null,
    },
    split: split && {
      slots: split.slots,
      stages: split.stages.map((forms) => ({
        forms: forms.map(emitForm),
        shared: usesPart(forms[0].body),
      })),
    },
  };
}

function emitForm(kernel: Kernel): KernelForm {
  const module = wgslModule(kernel);
  const { vector, together } = kernel.structure;
  return {
    vector,
    together,
    held: kernel.held,
    wgsl: fill("kernel.wgsl", module),
    bindings: module.bindings,
    constants: module.constants.map(({ name, constant }): ProgramConstant => ({ name, ...constant })),
  };
}

export function offersMore({ kernels }: Program): boolean {
  return kernels.some(({ offers }) => offers.held > 0 || offers.together > 1 || offers.split);
}

/** A program in two: what every device needs, and what its kernels offer besides. */
export function divideProgram(program: Program): { main: Program; more: readonly FurtherForms[] } {
  const isMain = ({ held, together }: KernelForm): boolean => held === 0 && together === 1;
  return {
    main: {
      ...program,
      kernels: program.kernels.map((one) => ({ ...one, forms: one.forms.filter(isMain), split: null })),
    },
    more: program.kernels.map(({ forms, split }) => ({ forms: forms.filter((one) => !isMain(one)), split })),
  };
}
