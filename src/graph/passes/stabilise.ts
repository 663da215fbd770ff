/**
 * The numerics contract as a rewrite: it gives means and variances a form that f32 can compute far from zero.
 *
 * An f32 mean of 1e6 is off by up to 0.03 because it is an f32. So a mean becomes a pair, `shift + rest`. The shift is near
 * the values, so that subtracting it from them is exact, and the rest is small:
 *
 *     x − mean(x over A)  →  (x − shift(x over A)) − rest(x over A)
 *     var(x over A)       →  spread(x over A)
 *     mean(x over A)      →  shift + rest
 *
 * The kernel decides how to compute the three (`kernels/body/moments.ts`). A mean stays as it is if no value is subtracted
 * from it and no variance belongs to it (RMS norm): nothing can cancel there. Statistics with a weight are in
 * `weighted-moments.ts`.
 */
import type { AxisSet } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type Node, reachable } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { weightedMoments } from "./weighted-moments.ts";

export function stabilise(graph: Graph): Graph {
  const sensitive = sensitiveMeans(graph);
  // Operands are rewritten before their users. This remembers the original of each rewritten mean.
  const means = new Map<Node, { arg: Node; over: AxisSet }>();
  const weighted = weightedMoments(graph);

  return rewrite(graph, (g, node, original) => {
    const ofWeights = weighted(g, node, original);
    if (ofWeights !== undefined) return ofWeights;
    if (node.kind === "reduce" && node.op === "var") {
      return g.reduce("spread", differences(g, node.arg, node.over).d, node.over);
    }
    if (node.kind === "reduce" && node.op === "mean" && original.kind === "reduce") {
      if (!sensitive.has(meanKey(original.arg, original.over))) return node;
      const { arg, over } = node;
      const { d, base } = differences(g, arg, over);
      const rest = g.add(g.reduce("shift", d, over), g.reduce("rest", d, over));
      const mean = base === undefined ? rest : g.add(base, rest);
      means.set(mean, { arg, over });
      return mean;
    }
    if (node.kind === "map" && node.op === "sub") {
      const mean = means.get(node.args[1]);
      if (mean !== undefined && mean.arg === node.args[0]) {
        const { over } = mean;
        const { d } = differences(g, mean.arg, over);
        return g.sub(g.sub(d, g.reduce("shift", d, over)), g.reduce("rest", d, over));
      }
    }
    return node;
  });
}

/**
 * A sum such as `x + residual + bias` is rounded to f32. Far from zero that costs more than the contract allows. So each
 * term first loses a shift of its own, and only then are the terms added:
 *
 *     a + b  →  d + base,  d = (a − shift(a)) + (b − shift(b)),  base = shift(a) + shift(b)
 */
function differences(g: GraphBuilder, arg: Node, over: AxisSet): { d: Node; base?: Node } {
  const terms = addends(arg);
  if (terms.length === 1) return { d: arg };
  const parts = terms.map((term) => {
    const own = over.filter((axis) => term.axes.includes(axis));
    if (own.length === 0) return { shift: term };
    const shift = g.reduce("shift", term, own);
    return { shift, d: g.sub(term, shift) };
  });
  const d = parts.flatMap((one) => one.d ?? []).reduce((a, b) => g.add(a, b));
  return { d, base: parts.map((one) => one.shift).reduce((a, b) => g.add(a, b)) };
}

function addends(node: Node): Node[] {
  return node.kind === "map" && node.op === "add" ? node.args.flatMap(addends) : [node];
}

const meanKey = (arg: Node, over: AxisSet): string => `${arg.id} ${over.join(" ")}`;

/** Means that are subtracted from their own operand, or whose variance is asked for. */
function sensitiveMeans(graph: Graph): Set<string> {
  const found = new Set<string>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (node.kind === "reduce" && node.op === "var" && node.weight === undefined)
      found.add(meanKey(node.arg, node.over));
    if (node.kind === "map" && node.op === "sub") {
      const [x, mean] = node.args;
      if (mean.kind === "reduce" && mean.op === "mean" && mean.weight === undefined && mean.arg === x) {
        found.add(meanKey(x, mean.over));
      }
    }
  }
  return found;
}
