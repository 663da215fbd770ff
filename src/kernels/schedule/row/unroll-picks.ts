/**
 * Rotations of pairs and halves: an element of the row needs others of a short axis, `x[P = 1 - index(P)]`. A lane that
 * takes all of them in one step reads each once and stores each once. So the short axis is taken out of the row, and every
 * value is written for each of its coordinates:
 *
 *     row H, K:  y = x · c + x[H = 1 − index(H)] · s       →  row K:  y[H = 0] = x[H = 0] · c + x[H = 1] · s,  y[H = 1] = …
 *                mean(x² over H, K)                        →  sum(x[H = 0]² + x[H = 1]² over K) / size(H, K)
 *
 * Equal loads are one node. On lavapipe a rotary embedding behind an RMS norm took twice as long with one step for each
 * element.
 */

import { simplifyMap } from "../../../graph/passes/simplify.ts";
import { sunk } from "../../../graph/passes/sink-picks.ts";
import { minus, sameAxes } from "../../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../../graph/tensor/builder.ts";
import {
  fixedExtents,
  type Graph,
  type Node,
  type ReduceNode,
  reachable,
} from "../../../graph/tensor/graph.ts";
import { rebuild } from "../../../graph/tensor/rewrite.ts";
import type { KernelResults, Target } from "../plan.ts";

/** A lane holds the elements of a step in registers. */
const mostUnrolled = 4;

export function unrollPicks(g: GraphBuilder, graph: Graph, kernel: KernelResults): KernelResults {
  const { grid, targets, columns, segments } = kernel;
  if (columns.length > 0 || segments.length > 0) return kernel;
  const nodes = reachable(targets.map((one) => one.value));
  const [axis] = turnedAxes(nodes);
  const extent = axis === undefined ? undefined : fixedExtents(graph).get(axis);
  if (axis === undefined || extent === undefined || extent > mostUnrolled || grid.includes(axis))
    return kernel;
  const inRow = targets.filter((one) => !sameAxes(one.factors, grid));
  const isAlong = ({ factors }: Target): boolean =>
    factors.includes(axis) && minus(factors, [...grid, axis]).length > 0;
  const over = nodes.filter((one) => one.kind === "reduce" && one.over.includes(axis));
  if (!inRow.every(isAlong) || !over.every(isFoldable)) return kernel;

  const places = Array.from({ length: extent }, (_, place) => g.literal(place));
  const at = (value: Node, index: Node): Node =>
    simplified(
      g,
      sunk(g, value, [{ axis, index }], (factor) => (factor === axis ? extent : undefined)),
    );
  const folded = foldedReductions(g, nodes, axis, (value) => places.map((index) => at(value, index)));
  return {
    ...kernel,
    targets: targets.flatMap((target): Target[] => {
      const value = folded(target.value);
      if (!inRow.includes(target)) return [{ ...target, value }];
      return places.map((index) => ({ ...target, value: at(value, index), at: [{ axis, index }] }));
    }),
  };
}

/** The axes along which elements need others of the same axis. */
function turnedAxes(nodes: readonly Node[]): string[] {
  return nodes.flatMap((one) =>
    one.kind === "input"
      ? one.at.filter(({ axis, index }) => index.axes.includes(axis)).map(({ axis }) => axis)
      : [],
  );
}

function isFoldable(node: Node): boolean {
  return (
    node.kind === "reduce" &&
    node.weight === undefined &&
    ["sum", "mean", "max", "min", "scaledSum", "sumScale"].includes(node.op)
  );
}

/** The values with each reduction over the axis written as one over the others, of all its coordinates. */
function foldedReductions(
  g: GraphBuilder,
  nodes: readonly Node[],
  axis: string,
  each: (value: Node) => readonly Node[],
): (value: Node) => Node {
  const made = new Map<Node, Node>();
  const of = (node: Node): Node => made.get(node) as Node;
  for (const node of nodes) {
    const own = rebuild(g, node, of);
    const isOver = own.kind === "reduce" && own.over.includes(axis);
    made.set(node, isOver ? foldedReduction(g, own, axis, each) : own);
  }
  return of;
}

function foldedReduction(
  g: GraphBuilder,
  { op, arg, over, floor }: ReduceNode,
  axis: string,
  each: (value: Node) => readonly Node[],
): Node {
  const rest = minus(over, [axis]);
  switch (op) {
    case "sum":
      return g.reduce("sum", each(arg).reduce(g.add), rest);
    case "scaledSum":
    case "sumScale":
      return g.reduce(op, each(arg).reduce(g.add), rest, undefined, floor);
    case "mean":
      return g.div(g.reduce("sum", each(arg).reduce(g.add), rest), g.size(over));
    case "max":
    case "min":
      return g.reduce(
        op,
        each(arg).reduce((a, b) => g.map(op, a, b)),
        rest,
      );
    default:
      throw new Error(`the reduction ${op} is not folded`);
  }
}

/** Coordinates are literals now, and choices by them are made. */
function simplified(g: GraphBuilder, value: Node): Node {
  const made = new Map<Node, Node>();
  for (const node of reachable([value])) {
    const own = rebuild(g, node, (one) => made.get(one) as Node);
    const simple = own.kind === "map" ? simplifyMap(g, own) : own;
    // A reduction must find the axes that it runs over.
    made.set(node, sameAxes(simple.axes, own.axes) ? simple : own);
  }
  return made.get(value) as Node;
}
