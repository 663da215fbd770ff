/** Compiles all programs of a checked norm for one target, as the modules need them. */
import { differentiate } from "../../graph/autodiff/differentiate.ts";
import type { Save } from "../../graph/autodiff/divide.ts";
import { differentiable, nameClash } from "../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import type { CheckedNorm } from "../../language/check/check.ts";
import type { GatherProgram } from "../../program/gather-program.ts";
import type { InlineProgram } from "../../program/inline-program.ts";
import type { Program } from "../../program/program.ts";
import type { BoundNorm } from "../../targets/bindings/members.ts";
import { compileTraining, type Gradients } from "../compile-backward.ts";
import { compileGather } from "../compile-gather.ts";
import { compileInline } from "../compile-inline.ts";
import { compileGraph } from "../passes.ts";

export interface GradientChoice {
  /** Whether backward passes are compiled. */
  readonly backward: boolean;
  /** What the forward pass saves for them. The caller must have refused a norm that cannot save it. */
  readonly save: Save;
  /** Whether functions for other kernels are compiled. */
  readonly inline?: boolean;
}

export interface WebgpuNorm extends BoundNorm<Program> {
  /** The gradients that each of its backward programs computes. */
  readonly gradients: ReadonlyMap<Program, Gradients>;
}

/** @param graphs the norm's graphs, one for each mode, with their layouts applied. */
export function compileForWebgpu(
  norm: CheckedNorm,
  graphs: readonly Graph[],
  { backward, save, inline = false }: GradientChoice,
): WebgpuNorm {
  const clash = backward ? graphs.map(nameClash).find((one) => one !== undefined) : undefined;
  const training = backward && clash === undefined ? graphs.map((one) => compileTraining(one, save)) : [];
  const made = training.flatMap((one) => ("reason" in one ? [] : one.backward));
  return {
    ...described(norm),
    programs: graphs.map((graph) => compileGraph(graph).program),
    ...(made.length === 0 ? { clash } : { backward: made.map(({ program }) => program) }),
    saving: training.flatMap((one) => ("reason" in one ? [] : (one.saving ?? []))),
    ...(inline ? { inline: graphs.map(inlineOf) } : {}),
    gradients: new Map(made.map(({ program, gradients }) => [program, gradients])),
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
