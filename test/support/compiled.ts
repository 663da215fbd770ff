/** Compiled programs for tests, one for each graph: a test file asks for the same few again and again. */
import { compileBackward } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";

function once<Made>(make: (graph: Graph) => Made): (graph: Graph) => Made {
  const known = new WeakMap<Graph, { readonly made: Made }>();
  return (graph) => {
    const own = known.get(graph) ?? { made: make(graph) };
    known.set(graph, own);
    return own.made;
  };
}

export const programOf = once((graph) => compileGraph(graph).program);

export const gatherProgramOf = once((graph) => compileGather(graph).program);

/** The programs for all gradients, those of the inputs, and those of the affines. */
export const backwardProgramsOf = once((graph) => compileBackward(graph).map((one) => one.program));

export const backwardOf = once((graph) => differentiate(graph));
