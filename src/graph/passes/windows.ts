/**
 * Gives windows the form that kernels compute.
 *
 *     x − mean(x over W)      →  −rest(x over W), a mean of differences from x itself: exact far from zero
 *     f(x over W_H, W_W)      →  f(f(x over W_W) over W_H), 2·n loads instead of n²
 *     rest(x over W_H, W_W)   →  rest(x over W_H) + mean(rest(x over W_W) over W_H)
 *     var(x over W_H, W_W)    →  mean(var(x over W_W) over W_H) + var(x + rest(x over W_W) over W_H)
 *
 * The last two hold since all rows of a window have the same number of elements. A small window over several axes stays
 * whole: its elements lie in caches, and the inner values would go through memory.
 */
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Graph, Node, Window } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { mostElements } from "../tensor/windows.ts";

/** The most elements of a window that stays whole. */
const small = 9;

export function shapeWindows(graph: Graph): Graph {
  return rewrite(centreWindows(graph), (g, node) => {
    if (node.kind !== "window" || node.over.length === 1 || mostElements(node.over) <= small) return node;
    return node.op === "matches" || node.op === "pull"
      ? node
      : separated(g, node.op, node.args[0], node.over);
  });
}

/** The first of these rules. Gradients are taken of its result. */
export function centreWindows(graph: Graph): Graph {
  return rewrite(graph, (g, node) => {
    if (node.kind !== "map" || node.op !== "sub") return node;
    const [a, b] = node.args;
    const after = windowOfMean(b, a);
    if (after !== undefined) return g.map("neg", g.window("rest", [a], after));
    const before = windowOfMean(a, b);
    return before === undefined ? node : g.window("rest", [b], before);
  });
}

/** The window of `node`, if that is a mean of x over a window. */
function windowOfMean(node: Node, x: Node): readonly Window[] | undefined {
  return node.kind === "window" && node.op === "mean" && node.args[0] === x ? node.over : undefined;
}

type Separable = "sum" | "mean" | "var" | "max" | "min" | "rest";

function separated(g: GraphBuilder, op: Separable, x: Node, over: readonly Window[]): Node {
  if (over.length === 1) return g.window(op, [x], over);
  const outer = over.slice(0, 1);
  const inner = (of: Separable): Node => separated(g, of, x, over.slice(1));
  switch (op) {
    case "sum":
    case "mean":
    case "max":
    case "min":
      return g.window(op, [inner(op)], outer);
    case "rest":
      return g.add(g.window("rest", [x], outer), g.window("mean", [inner("rest")], outer));
    case "var": {
      const means = g.add(x, inner("rest"));
      return g.add(g.window("mean", [inner("var")], outer), g.window("var", [means], outer));
    }
  }
}
