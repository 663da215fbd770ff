/**
 * Brings the ways in which people spell a mean and a variance to one. The unstable spelling of the variance,
 * E[x²] − E[x]², becomes the stable one here. The pass runs once, before `stabilise`, since the result of `stabilise` has
 * these same forms.
 */
import { type AxisSet, sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Graph, Node, WindowNode } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";

export function recognise(graph: Graph): Graph {
  return rewrite(graph, (g, node) => {
    if (node.kind === "reduce" && node.op === "mean") return recogniseMean(g, node.arg, node.over);
    if (node.kind !== "map") return node;
    const [a, b] = node.args;
    if (node.op === "sub") return varianceOfSquares(g, a, b) ?? node;
    // sum(x over A) / size(A) → mean(x over A)
    const isMean =
      node.op === "div" &&
      a.kind === "reduce" &&
      a.op === "sum" &&
      b.kind === "size" &&
      sameAxes(a.over, b.over);
    return isMean ? recogniseMean(g, a.arg, a.over) : node;
  });
}

/** mean((x − mean(x over A))² over A) → var(x over A) */
function recogniseMean(g: GraphBuilder, arg: Node, over: AxisSet): Node {
  const root = squareRoot(arg);
  const of = root && centredOf(root, over);
  return of === undefined ? g.reduce("mean", arg, over) : g.reduce("var", of, over);
}

/** mean(x² over A) − mean(x over A)² → var(x over A) */
function varianceOfSquares(g: GraphBuilder, a: Node, b: Node): Node | undefined {
  if (a.kind === "window") return varianceOfWindow(g, a, b);
  if (a.kind !== "reduce" || a.op !== "mean") return undefined;
  const x = squareRoot(a.arg);
  const mean = squareRoot(b);
  if (x === undefined || mean?.kind !== "reduce" || mean.op !== "mean") return undefined;
  return mean.arg === x && sameAxes(mean.over, a.over) ? g.reduce("var", x, a.over) : undefined;
}

/** The same over a window. */
function varianceOfWindow(g: GraphBuilder, a: WindowNode, b: Node): Node | undefined {
  const x = squareRoot(a.args[0]);
  const mean = squareRoot(b);
  if (a.op !== "mean" || x === undefined || mean !== g.window("mean", [x], a.over)) return undefined;
  return g.window("var", [x], a.over);
}

/** The x of x·x. */
function squareRoot(node: Node): Node | undefined {
  return node.kind === "map" && node.op === "mul" && node.args[0] === node.args[1] ? node.args[0] : undefined;
}

/** The x of x − mean(x over A). */
function centredOf(node: Node, over: AxisSet): Node | undefined {
  if (node.kind !== "map" || node.op !== "sub") return undefined;
  const [x, mean] = node.args;
  const matches = mean.kind === "reduce" && mean.op === "mean" && mean.arg === x && sameAxes(mean.over, over);
  return matches ? x : undefined;
}
