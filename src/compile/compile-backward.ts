/** The backward programs of a norm in one mode, and the forward one that keeps what they read. */
import { differentiate } from "../graph/autodiff/differentiate.ts";
import { type Divided, divide, joinGradients, narrowBackward, type Save } from "../graph/autodiff/divide.ts";
import { differentiable } from "../graph/autodiff/gradient-names.ts";
import type { Graph } from "../graph/tensor/graph.ts";
import { verifyGraph } from "../graph/tensor/verify-graph.ts";
import type { Program } from "../program/program.ts";
import { type Compiled, compileGraph, compilePassed, type PassedGraphs, passGraph } from "./passes.ts";

/** Which gradients a backward program computes. */
export type Gradients = "inputs" | "affines" | "all";

export interface BackwardProgram {
  readonly gradients: Gradients;
  readonly program: Program;
}

export interface Training {
  readonly backward: readonly BackwardProgram[];
  /** The forward pass that also writes what the backward programs read; null where nothing is kept. */
  readonly saving: Program | null;
}

/** What `save` asks for cannot be had: why not, in words. */
export interface NotSaved {
  readonly reason: string;
}

/** Undefined where it can be had. */
export function whyNotSaved(graph: Graph, save: Save): string | undefined {
  // Statistics always can.
  const divided = save === "output" ? cut(graph, save).divided : undefined;
  return typeof divided === "string" ? divided : undefined;
}

/**
 * One for the inputs, one for the affines, one for all, where these differ; all last. Any subset would be 2^n texts.
 * These are the ones that training has: a frozen norm hands a gradient through, a first layer has only affines to
 * train. Any other subset is served by all of them, with what nobody wants in scratch memory.
 * The graph must be free of `nameClash`.
 */
export function compileBackward(graph: Graph): BackwardProgram[] {
  return programsOf(graph, (of) => passGraph(differentiate(graph, { of })));
}

/** The same, and the forward pass, so that it keeps what they read. */
export function compileTraining(graph: Graph, save: Save): Training | NotSaved {
  if (save === "none") return { backward: compileBackward(graph), saving: null };
  const { graphs, divided } = cut(graph, save);
  if (typeof divided === "string") return { reason: divided };
  const backward = programsOf(graph, (of) => ending(graphs, narrowBackward(divided, of)));
  const saving = keeps(divided) ? compilePassed(ending(graphs, divided.forward)).program : null;
  return { backward, saving };
}

function programsOf(graph: Graph, passed: (of: readonly string[]) => PassedGraphs): BackwardProgram[] {
  const all = differentiable(graph);
  const compiled = (gradients: Gradients, of: readonly { readonly name: string }[]): BackwardProgram => ({
    gradients,
    program: compilePassed(passed(of.map(({ name }) => name))).program,
  });
  const inputs = all.filter(({ role }) => role === "input");
  const affines = all.filter(({ role }) => role === "affine");
  if (all.length === 0) return [];
  if (inputs.length === 0 || affines.length === 0) return [compiled("all", all)];
  return [compiled("inputs", inputs), compiled("affines", affines), compiled("all", all)];
}

/** The two passes that fit each other, in full; without `saving` where nothing is kept. */
export function compileSaving(
  graph: Graph,
  save: Save,
): { saving?: Compiled; backward: Compiled } | NotSaved {
  if (save === "none") return { backward: compileGraph(differentiate(graph)) };
  const { graphs, divided } = cut(graph, save);
  if (typeof divided === "string") return { reason: divided };
  const backward = compilePassed(ending(graphs, divided.backward));
  return keeps(divided) ? { saving: compilePassed(ending(graphs, divided.forward)), backward } : { backward };
}

function cut(graph: Graph, save: Exclude<Save, "none">): { graphs: PassedGraphs; divided: Divided | string } {
  const graphs = passGraph(joinGradients(graph));
  return { graphs, divided: divide(graph, graphs.at(-1)!.graph, save) };
}

function keeps({ forward }: Divided): boolean {
  return forward.tensors.some((one) => one.role === "saved");
}

/** The passes of both, and as the last graph the part of one. */
function ending(graphs: PassedGraphs, graph: Graph): PassedGraphs {
  verifyGraph(graph, "divide");
  return [...graphs, { pass: "divide", graph, ms: 0 }];
}
