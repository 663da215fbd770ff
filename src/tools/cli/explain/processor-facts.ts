/** What `normc explain --backend wasm` says: the kernels of a norm for processors, their stages and tasks. */
import type { CompiledWasm } from "../../../compile/compile-wasm.ts";
import type { WasmStage, WasmTasks } from "../../../program/wasm-program.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import { sizedStages } from "../../../runtime/wasm/schedules.ts";

export interface ProcessorFacts {
  readonly kernels: readonly {
    readonly name: string;
    readonly grid: readonly string[];
    readonly row: readonly string[];
    readonly chunked: readonly string[];
    readonly schedules: readonly {
      readonly kind: "whole" | "parts";
      readonly stages: readonly StageFacts[];
    }[];
  }[];
  /** The stages of a run for given extents, in order. */
  readonly stages?: readonly { readonly run: string; readonly tasks: number }[];
  /** The module as WebAssembly text. */
  readonly wat: string;
}

type StageFacts = Pick<WasmStage, "run" | "tasks" | "reads" | "writes">;

/** @param shapes null for any extents. */
export function processorFacts({ program, wat }: CompiledWasm, shapes: Shapes | null): ProcessorFacts {
  return {
    kernels: program.kernels.map(({ name, grid, row, chunked, schedules }) => ({
      name,
      grid,
      row,
      chunked,
      schedules: schedules.map(({ kind, stages }) => ({
        kind,
        stages: stages.map(({ run, tasks, reads, writes }) => ({ run, tasks, reads, writes })),
      })),
    })),
    ...(shapes === null
      ? {}
      : {
          stages: sizedStages(program, undefined, shapes).stages.map(({ stage, tasks }) => ({
            run: stage.run,
            tasks,
          })),
        }),
    wat,
  };
}

export function processorLines({ kernels, stages, wat }: ProcessorFacts, withText: boolean): string[] {
  const count = kernels.length;
  const lines = [`Kernels for processors: ${count}`];
  for (const { name, grid, row, chunked, schedules } of kernels) {
    lines.push(
      `  ${name}`,
      `    grid  ${grid.join(", ") || "(one row)"}; row ${row.join(", ") || "(one element)"}`,
    );
    if (chunked.length > 0)
      lines.push(`    in chunks of ${chunked.join(", ")}, whose sums another kernel adds up`);
    for (const { kind, stages } of schedules) {
      lines.push(`    ${kind === "whole" ? "whole rows" : `rows in parts, ${stages.length} stages`}`);
      for (const one of stages) lines.push(`      ${stageLine(one)}`);
    }
  }
  if (stages !== undefined) {
    lines.push("", "For this shape");
    for (const { run, tasks } of stages) lines.push(`  ${run}: ${tasks} ${tasks === 1 ? "task" : "tasks"}`);
  }
  if (withText) lines.push("", ...wat.trimEnd().split("\n"));
  return lines;
}

function stageLine({ run, tasks, reads, writes }: StageFacts): string {
  const each = tasks.map(taskText).join(" · ") || "one task";
  return `${run}: reads ${reads.join(", ") || "nothing"}; writes ${writes.join(", ")}; tasks: ${each}`;
}

function taskText({ factors, by }: WasmTasks): string {
  const all = factors.length === 1 ? factors[0]! : `(${factors.join(" · ")})`;
  return by === 1 ? all : `${all} / ${by}`;
}
