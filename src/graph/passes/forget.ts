/**
 * Forgets what only differentiation reads: what `on backward` says, and the second operand of `with_gradient_of`.
 *
 *     with_gradient_of(a, b) → a
 */
import type { Graph } from "../tensor/graph.ts";
import { type Rule, rewrite } from "../tensor/rewrite.ts";

export function forget(graph: Graph): Graph {
  const { backward: _, ...rest } = rewrite(graph, takeValue);
  return rest;
}

/** The rule of the pass for one node. */
export const takeValue: Rule = (g, node) => {
  if (node.kind !== "map" || node.op !== "with_gradient_of") return node;
  const [a, b] = node.args;
  // A reduction of the value may run over axes that only b has. `simplify` removes the choice everywhere else.
  return a.axes.length === node.axes.length ? a : g.where(g.literal(1), a, b);
};
