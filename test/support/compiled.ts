/** What tests compile, once for each graph: a file of tests asks for the same few again and again. */
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

export const backwardOf = once((graph) => differentiate(graph));
