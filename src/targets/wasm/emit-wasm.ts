/** Turns kernels for processors into a program: plain data that the runtime understands. */
import type { Graph, GraphTensor } from "../../graph/tensor/graph.ts";
import { scratchTensor } from "../../kernels/body/address.ts";
import type { ProcessorKernel, ProcessorStage } from "../../kernels/processor/processor-kernel.ts";
import type { Plan } from "../../kernels/schedule/plan.ts";
import { partialsTensor } from "../../program/names.ts";
import type { ProgramTensor } from "../../program/program.ts";
import type { WasmKernel, WasmProgram, WasmSchedule, WasmStage } from "../../program/wasm-program.ts";
import { programInterface } from "../interface/program-interface.ts";
import { createNamer } from "../text/namer.ts";
import { printWat } from "../text/wat.ts";
import { helpersCalled, wasmHelpers } from "./helpers.ts";
import type { Element } from "./memory.ts";
import { placesOfStage } from "./places.ts";
import { wasmFunction } from "./wasm-function.ts";

/** A program without its module, which `wat` is the text of. */
export interface EmittedWasm {
  readonly program: Omit<WasmProgram, "module" | "memoryLimits">;
  readonly wat: string;
}

export function emitWasm(
  graph: Graph,
  scratch: Plan["scratch"],
  kernels: readonly ProcessorKernel[],
): EmittedWasm {
  const { tensors, ...named } = programInterface(graph);
  const elements = new Map(graph.tensors.map(({ name, dtype }): [string, Element] => [name, dtype ?? "f32"]));
  const namer = createNamer({
    words: new Set(wasmHelpers.map((one) => one.name)),
    prefixes: [],
    twoUnderscores: false,
  });
  const functions: string[] = [];
  const emitStage = (stage: ProcessorStage, wanted: string): WasmStage => {
    const run = namer.name(`function ${functions.length}`, wanted);
    const { code, ...rest } = wasmFunction(stage, run, (tensor) => elements.get(tensor) ?? "f32");
    functions.push(printWat([code], "  "));
    return { run, tasks: stage.tasks, ...rest, ...placesIn(graph, stage) };
  };
  const emitted = kernels.map(
    ({ schedules, ...one }): WasmKernel => ({
      ...one,
      schedules: schedules.map(
        ({ stages, ...rest }): WasmSchedule => ({
          ...rest,
          stages: stages.map((stage, i) =>
            emitStage(
              stage,
              rest.kind === "whole" && stages.length === 1 ? one.name : `${one.name}_${i + 1}`,
            ),
          ),
        }),
      ),
    }),
  );
  const hasParts = kernels.some(({ schedules }) => schedules.some((one) => one.kind === "parts"));
  const body = functions.join("\n");
  return {
    program: { ...named, tensors: [...tensors, ...between(scratch, hasParts)], kernels: emitted },
    wat: `(module\n${[memory, ...helpersCalled(body), body].join("\n")})\n`,
  };
}

/** Shared, so that the maximum is there, whose bytes `memoryOfOneThread` needs. */
const memory = `  (import "normc" "memory" (memory 0 65536 shared))\n`;

/** The memory between kernels. */
function between(scratch: Plan["scratch"], hasParts: boolean): ProgramTensor[] {
  const made: ProgramTensor[] = [];
  const values = scratch.map((one) => one.factors);
  if (values.length > 0) made.push({ name: scratchTensor, role: "scratch", dims: [], values });
  if (hasParts) made.push({ name: partialsTensor, role: "scratch", dims: [], values: [] });
  return made;
}

/** The outputs that may take the place of an input with their layout. */
function placesIn({ tensors }: Graph, stage: ProcessorStage): Pick<WasmStage, "places"> {
  const layoutOf = ({ factors, dtype }: GraphTensor): string => `${dtype} ${factors.join(" ")}`;
  const places = tensors
    .filter((one) => one.role === "input")
    .flatMap((input) => {
      const alike = tensors.filter((one) => one.role === "output" && layoutOf(one) === layoutOf(input));
      const outputs = placesOfStage(
        stage,
        input,
        alike.map(({ name }) => name),
      );
      return outputs.length === 0 ? [] : [{ input: input.name, outputs }];
    });
  return places.length === 0 ? {} : { places };
}
