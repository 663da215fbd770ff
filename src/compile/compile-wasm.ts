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
import type { WasmProgram } from "../program/wasm-program.ts";
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

/** The second half of the road: turns the last graph into a program. */
export async function compilePassedWasm(graphs: PassedGraphs): Promise<CompiledWasm> {
  const { graph } = graphs.at(-1)!;
  const parts = cutColumns(partition(graph));
  const plan = scheduleRows(parts);
  verifyPlan(graph, plan);
  const addressOf = addresses(graph.tensors, plan.scratch);
  const kernels = planProcessor(parts.graph, plan).kernels.map((one) => lowerForProcessor(one, addressOf));
  for (const one of kernels) verifyProcessorKernel(one, graph.factors);
  const emitted = emitWasm(graph, plan.scratch, kernels);
  return { program: await assembled(emitted), wat: emitted.wat, plan, kernels, graphs };
}

async function assembled({ program, wat }: EmittedWasm): Promise<WasmProgram> {
  const { bytes, memoryLimits } = (await loadAssembler())(wat);
  return { ...program, module: base64(bytes), memoryLimits };
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
