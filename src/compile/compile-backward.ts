/** The backward programs of a norm in one mode, and the forward program that saves what they read. */
import { differentiate } from "../graph/autodiff/differentiate.ts";
import {
  type Divided,
  divide,
  joinGradients,
  narrowBackward,
  readsOverwritten,
  type Save,
} from "../graph/autodiff/divide.ts";
import { differentiable } from "../graph/autodiff/gradient-names.ts";
import type { Graph } from "../graph/tensor/graph.ts";
import { verifyGraph } from "../graph/tensor/verify-graph.ts";
import type { Program } from "../program/program.ts";
import {
  type Compiled,
  compileGraph,
  compilePassed,
  type PassedGraphs,
  passGradients,
  passGraph,
} from "./passes.ts";

/** Which gradients a backward program computes. */
export type Gradients = "inputs" | "affines" | "all";

export interface BackwardProgram<P = Program> {
  readonly gradients: Gradients;
  readonly program: P;
}

export interface Training<P = Program> {
  readonly backward: readonly BackwardProgram<P>[];
  /** The forward program that also writes what the backward programs read. Null if nothing is saved. */
  readonly saving: P | null;
}

/** The second half of the road of a target: turns the last graph into a program. */
export type CompilePassed<P> = (graphs: PassedGraphs) => P;

const forWebgpu: CompilePassed<Program> = (graphs) => compilePassed(graphs).program;

/** Why the norm cannot save what `save` asks for, as a sentence. */
export interface NotSaved {
  readonly reason: string;
}

/** Returns why the norm cannot save what `save` asks for, or undefined if it can. */
export function whyNotSaved(graph: Graph, save: Save): string | undefined {
  if (differentiable(graph).length === 0) return undefined;
  // Statistics can always be saved.
  const divided = save === "output" ? cut(graph, save).divided : undefined;
  return typeof divided === "string" ? divided : undefined;
}

/**
 * Compiles one program for the gradients of the inputs, one for those of the affines and one for all, which comes last;
 * equal ones only once. A program for every subset would mean 2^n programs. Training needs these three: a frozen norm
 * passes a gradient through, and a first layer trains only affines. The program for all gradients serves any other
 * subset; unwanted gradients go to scratch memory. The graph must have no `nameClash`.
 */
export function compileBackward(graph: Graph): BackwardProgram[] {
  return backwardPrograms(graph, forWebgpu);
}

function backwardPrograms<P>(graph: Graph, compile: CompilePassed<P>): BackwardProgram<P>[] {
  const all = differentiable(graph).length;
  return programsOf(graph, compile, (of) =>
    of.length === all ? passGradients(graph) : passGraph(differentiate(graph, { of })),
  );
}

/**
 * Compiles the backward programs, and the forward program that saves what they read. Old values of states are saved
 * even with `none`: the forward pass overwrites them.
 */
export function compileTraining(graph: Graph, save: Save): Training | NotSaved;
export function compileTraining<P>(
  graph: Graph,
  save: Save,
  compile: CompilePassed<P>,
): Training<P> | NotSaved;
export function compileTraining(
  graph: Graph,
  save: Save,
  compile: CompilePassed<unknown> = forWebgpu,
): Training<unknown> | NotSaved {
  if ((save === "none" && !readsOverwritten(graph)) || differentiable(graph).length === 0) {
    return { backward: backwardPrograms(graph, compile), saving: null };
  }
  const { graphs, divided } = cut(graph, save);
  if (typeof divided === "string") return { reason: divided };
  const backward = programsOf(graph, compile, (of) => ending(graphs, narrowBackward(divided, of)));
  const saving = keeps(divided) ? compile(ending(graphs, divided.forward)) : null;
  return { backward, saving };
}

function programsOf<P>(
  graph: Graph,
  compile: CompilePassed<P>,
  passed: (of: readonly string[]) => PassedGraphs,
): BackwardProgram<P>[] {
  const all = differentiable(graph);
  const compiled = (gradients: Gradients, of: readonly { readonly name: string }[]): BackwardProgram<P> => ({
    gradients,
    program: compile(passed(of.map(({ name }) => name))),
  });
  const inputs = all.filter(({ role }) => role === "input");
  const affines = all.filter(({ role }) => role === "affine");
  if (all.length === 0) return [];
  if (inputs.length === 0 || affines.length === 0) return [compiled("all", all)];
  return [compiled("inputs", inputs), compiled("affines", affines), compiled("all", all)];
}

/** Compiles the forward and the backward pass to match each other. The result has no `saving` if nothing is saved. */
export function compileSaving(
  graph: Graph,
  save: Save,
): { saving?: Compiled; backward: Compiled } | NotSaved {
  if (save === "none" && !readsOverwritten(graph)) return { backward: compileGraph(differentiate(graph)) };
  const { graphs, divided } = cut(graph, save);
  if (typeof divided === "string") return { reason: divided };
  const backward = compilePassed(ending(graphs, divided.backward));
  return keeps(divided) ? { saving: compilePassed(ending(graphs, divided.forward)), backward } : { backward };
}

function cut(graph: Graph, save: Save): { graphs: PassedGraphs; divided: Divided | string } {
  const graphs = passGraph(joinGradients(graph));
  return { graphs, divided: divide(graph, graphs.at(-1)!.graph, save) };
}

function keeps({ forward }: Divided): boolean {
  return forward.tensors.some((one) => one.role === "saved");
}

/** The graphs after each compiler pass over both passes together, followed by the part of one of them. */
function ending(graphs: PassedGraphs, graph: Graph): PassedGraphs {
  verifyGraph(graph, "divide");
  return [...graphs, { pass: "divide", graph, ms: 0 }];
}
