/** The backward programs of a norm in one mode. */
import { differentiate } from "../autodiff/differentiate.ts";
import { differentiable } from "../autodiff/names.ts";
import type { Program } from "../program/program.ts";
import type { Graph } from "../tensor/graph.ts";
import { compileGraph } from "./passes.ts";

/** Which gradients a backward program computes. */
export type Gradients = "inputs" | "affines" | "all";

export interface BackwardProgram {
  readonly gradients: Gradients;
  readonly program: Program;
}

/**
 * One for the inputs, one for the affines, one for all, where these differ; all last. Any subset would be 2^n texts.
 * These are the ones that training has: a frozen norm hands a gradient through, a first layer has only affines to
 * train. Any other subset is served by all of them, with what nobody wants in scratch memory.
 * The graph must be free of `nameClash`.
 */
export function compileBackward(graph: Graph): BackwardProgram[] {
  const all = differentiable(graph);
  const compiled = (gradients: Gradients, of: readonly { readonly name: string }[]): BackwardProgram => ({
    gradients,
    program: compileGraph(differentiate(graph, { of: of.map(({ name }) => name) })).program,
  });
  const inputs = all.filter(({ role }) => role === "input");
  const affines = all.filter(({ role }) => role === "affine");
  if (all.length === 0) return [];
  if (inputs.length === 0 || affines.length === 0) return [compiled("all", all)];
  return [compiled("inputs", inputs), compiled("affines", affines), compiled("all", all)];
}
