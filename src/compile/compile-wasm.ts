/** The road to processors: the same compiler passes over the graph, then kernels of one lane as WebAssembly. */
import type { Graph } from "../graph/tensor/graph.ts";
import { addresses } from "../kernels/body/address.ts";
import { cutColumns } from "../kernels/processor/cut-columns.ts";
import { lowerForProcessor } from "../kernels/processor/lower-processor.ts";
import type { ProcessorKernel } from "../kernels/processor/processor-kernel.ts";
import { planProcessor } from "../kernels/processor/processor-plan.ts";
import { verifyProcessorKernel } from "../kernels/processor/verify-task.ts";
import { partition } from "../kernels/schedule/partition.ts";
import type { Plan } from "../kernels/schedule/plan.ts";
import { scheduleRows } from "../kernels/schedule/row/schedule-rows.ts";
import { verifyPlan } from "../kernels/schedule/verify/verify-plan.ts";
import type { WasmParts, WasmProgram, WasmSchedule } from "../program/wasm-program.ts";
import { loadAssembler } from "../targets/wasm/assemble.ts";
import { type EmittedWasm, emitWasm } from "../targets/wasm/emit-wasm.ts";
import { type PassedGraphs, passGraph } from "./passes.ts";

export interface CompiledWasm {
  readonly program: WasmProgram;
  /** The module as WebAssembly text. */
  readonly wat: string;
  readonly plan: Plan;
  readonly kernels: readonly ProcessorKernel[];
  readonly graphs: PassedGraphs;
}

export async function compileWasm(checked: Graph): Promise<CompiledWasm> {
  return compilePassedWasm(passGraph(checked));
}

/** The WebAssembly text of a norm, without its bytes. */
export function watOf(checked: Graph): string {
  const { graph, plan, kernels } = lowerPassed(passGraph(checked));
  return emitWasm(graph, plan.scratch, kernels).wat;
}

/** The second half of the road: turns the last graph into a program. */
export async function compilePassedWasm(graphs: PassedGraphs): Promise<CompiledWasm> {
  const lowered = lowerPassed(graphs);
  const emitted = emitWasm(lowered.graph, lowered.plan.scratch, lowered.kernels);
  return { ...lowered, program: await assembled(emitted), wat: emitted.wat, graphs };
}

export interface DividedWasm {
  /** The program without the schedules in parts. */
  readonly program: WasmProgram;
  readonly parts: WasmParts | undefined;
  /** The modules as WebAssembly text. */
  readonly texts: { readonly whole: string; readonly parts: string | undefined };
}

/** The same as two modules, for pages: few shapes need the schedules in parts, which are more than half of the code. */
export async function compileDividedWasm(graphs: PassedGraphs): Promise<DividedWasm> {
  const { graph, plan, kernels } = lowerPassed(graphs);
  const only = (kind: WasmSchedule["kind"]): ProcessorKernel[] =>
    kernels.map((one) => ({ ...one, schedules: one.schedules.filter((each) => each.kind === kind) }));
  const emitted = emitWasm(graph, plan.scratch, only("whole"));
  const program = await assembled(emitted);
  const divided = kernels.some(({ schedules }) => schedules.some(({ kind }) => kind === "parts"));
  if (!divided) return { program, parts: undefined, texts: { whole: emitted.wat, parts: undefined } };
  const rest = emitWasm(graph, plan.scratch, only("parts"));
  const { kernels: split, tensors, module, memoryLimits } = await assembled(rest);
  const inParts = split.map((one) => one.schedules.find((each) => each.kind === "parts"));
  const schedules = inParts.filter((one) => one !== undefined);
  return {
    program: {
      ...program,
      tensors,
      kernels: program.kernels.map((one, i) => {
        const own = inParts[i];
        return own === undefined ? one : { ...one, parts: schedules.indexOf(own) };
      }),
    },
    parts: { module, memoryLimits, schedules },
    texts: { whole: emitted.wat, parts: rest.wat },
  };
}

function lowerPassed(graphs: PassedGraphs): Pick<CompiledWasm, "plan" | "kernels"> & { graph: Graph } {
  const { graph } = graphs.at(-1)!;
  const parts = cutColumns(partition(graph));
  const plan = scheduleRows(parts);
  verifyPlan(graph, plan);
  const addressOf = addresses(graph.tensors, plan.scratch);
  const kernels = planProcessor(parts.graph, plan).kernels.map((one) => lowerForProcessor(one, addressOf));
  for (const one of kernels) verifyProcessorKernel(one, graph.factors);
  return { graph, plan, kernels };
}

async function assembled({ program, wat }: EmittedWasm): Promise<WasmProgram> {
  const { bytes, memoryLimits } = (await loadAssembler())(wat);
  return { ...program, module: hexadecimal(bytes), memoryLimits };
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
