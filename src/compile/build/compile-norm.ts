/** Compiles all programs of a checked norm for one target, as the modules need them. */
import { differentiate } from "../../graph/autodiff/differentiate.ts";
import type { Save } from "../../graph/autodiff/divide.ts";
import { differentiable, nameClash } from "../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import type { CheckedNorm } from "../../language/check/check.ts";
import type { GatherProgram } from "../../program/gather-program.ts";
import type { InlineProgram } from "../../program/inline-program.ts";
import type { Program, ProgramInterface } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import type { BoundNorm } from "../../targets/bindings/members.ts";
import {
  type BackwardProgram,
  type CompilePassed,
  compileTraining,
  type Gradients,
} from "../compile-backward.ts";
import { compileGather } from "../compile-gather.ts";
import { compileInline } from "../compile-inline.ts";
import { compileDividedWasm, type DividedWasm } from "../compile-wasm.ts";
import { compilePassed, passGraph } from "../passes.ts";

export interface GradientChoice {
  /** Whether backward passes are compiled. */
  readonly backward: boolean;
  /** What the forward pass saves for them. The caller must have refused a norm that cannot save it. */
  readonly save: Save;
  /** Whether functions for other kernels are compiled. */
  readonly inline?: boolean;
}

/** A norm with its backward programs in three sizes. */
export interface TrainedNorm<P extends ProgramInterface> extends BoundNorm<P> {
  /** The gradients that each of its backward programs computes. */
  readonly gradients: ReadonlyMap<P, Gradients>;
}

export type WebgpuNorm = TrainedNorm<Program>;

export interface WasmNorm extends TrainedNorm<WasmProgram> {
  /** What belongs to each program: its schedules in parts, and its modules as WebAssembly text. */
  readonly divided: ReadonlyMap<WasmProgram, DividedWasm>;
}

/** @param graphs the norm's graphs, one for each mode, with their layouts applied. */
export function compileForWebgpu(
  norm: CheckedNorm,
  graphs: readonly Graph[],
  { inline = false, ...choice }: GradientChoice,
): WebgpuNorm {
  return {
    ...trained(
      norm,
      compileAll(graphs, choice, (passed) => compilePassed(passed).program),
    ),
    ...(inline ? { inline: graphs.map(inlineOf) } : {}),
  };
}

/** Compiles the programs for processors. */
export async function compileForWasm(
  norm: CheckedNorm,
  graphs: readonly Graph[],
  choice: GradientChoice,
): Promise<WasmNorm> {
  const divided = new Map<WasmProgram, DividedWasm>();
  const { programs, backward, saving, clash } = compileAll(graphs, choice, async (passed) => {
    const made = await compileDividedWasm(passed);
    divided.set(made.program, made);
    return made.program;
  });
  const all = {
    programs: await Promise.all(programs),
    backward: await Promise.all(backward.map(async (one) => ({ ...one, program: await one.program }))),
    saving: await Promise.all(saving),
    clash,
  };
  return { ...trained(norm, all), divided };
}

interface AllPrograms<P> {
  readonly programs: readonly P[];
  readonly backward: readonly BackwardProgram<P>[];
  readonly saving: readonly P[];
  readonly clash: ReturnType<typeof nameClash>;
}

function compileAll<P>(
  graphs: readonly Graph[],
  { backward, save }: GradientChoice,
  compile: CompilePassed<P>,
): AllPrograms<P> {
  const clash = backward ? graphs.map(nameClash).find((one) => one !== undefined) : undefined;
  const training =
    backward && clash === undefined ? graphs.map((one) => compileTraining(one, save, compile)) : [];
  return {
    programs: graphs.map((graph) => compile(passGraph(graph))),
    backward: training.flatMap((one) => ("reason" in one ? [] : one.backward)),
    saving: training.flatMap((one) => ("reason" in one || one.saving === null ? [] : [one.saving])),
    clash,
  };
}

function trained<P extends ProgramInterface>(
  norm: CheckedNorm,
  { programs, backward, saving, clash }: AllPrograms<P>,
): TrainedNorm<P> {
  return {
    ...described(norm),
    programs,
    ...(backward.length === 0 ? { clash } : { backward: backward.map(({ program }) => program) }),
    saving,
    gradients: new Map(backward.map(({ program, gradients }) => [program, gradients])),
  };
}

/** Compiles the programs for gpu.js. */
export function compileForGpujs(
  norm: CheckedNorm,
  graphs: readonly Graph[],
  { backward }: Pick<GradientChoice, "backward">,
): BoundNorm<GatherProgram> {
  const clash = backward ? graphs.map(nameClash).find((one) => one !== undefined) : undefined;
  const trained = backward && clash === undefined ? graphs.filter(hasGradients) : [];
  return {
    ...described(norm),
    programs: graphs.map((graph) => compileGather(graph).program),
    ...(trained.length === 0
      ? { clash }
      : { backward: trained.map((graph) => compileGather(differentiate(graph)).program) }),
  };
}

function inlineOf(graph: Graph): InlineProgram | null {
  const made = compileInline(graph);
  return "reason" in made ? null : made;
}

function described({ name, doc, docs }: CheckedNorm): Pick<CheckedNorm, "name" | "docs"> & { doc?: string } {
  return doc === undefined ? { name, docs } : { name, doc, docs };
}

function hasGradients(graph: Graph): boolean {
  return differentiable(graph).length > 0;
}
