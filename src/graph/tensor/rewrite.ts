/** Rebuilds a graph from operands to users. Every pass over the graph is a `rewrite` with a rule. */
import { createBuilder, type GraphBuilder } from "./builder.ts";
import { type Graph, type Node, reachable } from "./graph.ts";

/** Gives the replacement of a node, often the node itself. The operands of the node are already rewritten. */
export type Rule = (g: GraphBuilder, node: Node, original: Node) => Node;

export function rewrite(graph: Graph, rule: Rule): Graph {
  const g = createBuilder(graph.factors);
  const made = new Map<Node, Node>();
  const of = (node: Node): Node => {
    const found = made.get(node);
    if (found === undefined) throw new Error("an operand comes after its user");
    return found;
  };
  for (const node of reachable(graph.results.map((one) => one.value))) {
    made.set(node, rule(g, rebuild(g, node, of), node));
  }
  return { ...graph, results: graph.results.map((one) => ({ ...one, value: of(one.value) })) };
}

/** The same node with other operands, made by `g`. */
export function rebuild(g: GraphBuilder, node: Node, of: (operand: Node) => Node): Node {
  switch (node.kind) {
    case "input":
      return g.input(node.tensor, node.axes);
    case "literal":
      return g.literal(node.value);
    case "param":
      return g.param(node.param);
    case "size":
      return g.size(node.over);
    case "index":
      return g.index(node.axis);
    case "map":
      return g.map(node.op, ...node.args.map(of));
    case "reduce":
      return g.reduce(node.op, of(node.arg), node.over);
  }
}
