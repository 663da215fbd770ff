/**
 * The formula of textbooks in f32: a variance is E[x²] − E[x]², and every operation is rounded. Sums are exact before they
 * are rounded, which flatters it.
 */
import { interpret } from "../../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import { rewrite } from "../../../src/graph/tensor/rewrite.ts";
import type { Sized, Values } from "./sized.ts";

export function naive({ graph, shapes }: Sized, tensors: Values): Map<string, Float64Array> {
  const inputs = { extents: shapes.factors, params: shapes.params, tensors };
  return interpret(twoSums(graph), inputs, (_, data) => Float32Array.from(data));
}

const known = new WeakMap<Graph, Graph>();

function twoSums(graph: Graph): Graph {
  const made =
    known.get(graph) ??
    rewrite(graph, (g, node) => {
      if (node.kind !== "reduce" || node.op !== "var") return node;
      const { arg, over, weight } = node;
      const mean = g.reduce("mean", arg, over, weight);
      return g.sub(g.reduce("mean", g.mul(arg, arg), over, weight), g.mul(mean, mean));
    });
  known.set(graph, made);
  return made;
}
