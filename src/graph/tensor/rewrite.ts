/** Rebuilds a graph from operands to users. Every pass over the graph is a `rewrite` with a rule. */
import { createBuilder, type GraphBuilder } from "./builder.ts";
import { type Graph, type Node, operands, type Place, reachable } from "./graph.ts";

/** Gives the replacement of a node, often the node itself. The operands of the node are already rewritten. */
export type Rule = (g: GraphBuilder, node: Node, original: Node) => Node;

export function rewrite(graph: Graph, rule: Rule): Graph {
  const g = createBuilder(graph.factors);
  const of = from(
    rewriteAll(
      g,
      graph.results.map((one) => one.value),
      rule,
    ),
  );
  return { ...graph, results: graph.results.map((one) => ({ ...one, value: of(one.value) })) };
}

/** The same for values: from each node that they need to its replacement, made by `g`. */
export function rewriteAll(g: GraphBuilder, values: readonly Node[], rule: Rule): Map<Node, Node> {
  const made = new Map<Node, Node>();
  for (const node of reachable(values)) {
    made.set(node, rule(g, rebuild(g, node, from(made)), node));
  }
  return made;
}

/**
 * What values need, made anew by `g`: from each old node to its new one.
 * @param instead what stands in the place of a node, and ends the way there; undefined for the node itself.
 */
export function rebuildAll(
  g: GraphBuilder,
  values: readonly Node[],
  instead: (node: Node) => Node | undefined = () => undefined,
): Map<Node, Node> {
  const given = new Map<Node, Node>();
  const nodes = reachable(values, (node) => {
    const found = instead(node);
    if (found === undefined) return operands(node);
    given.set(node, found);
    return [];
  });
  const made = new Map<Node, Node>();
  for (const node of nodes) made.set(node, given.get(node) ?? rebuild(g, node, from(made)));
  return made;
}

function from(made: ReadonlyMap<Node, Node>): (node: Node) => Node {
  return (node) => {
    const found = made.get(node);
    if (found === undefined) throw new Error("an operand comes after its user");
    return found;
  };
}

function rebuildPlaces(at: readonly Place[], of: (operand: Node) => Node): Place[] {
  return at.map(({ axis, index }) => ({ axis, index: of(index) }));
}

/** The same node with other operands, made by `g`. */
export function rebuild(g: GraphBuilder, node: Node, of: (operand: Node) => Node): Node {
  if (g.owns(node) && operands(node).every((one) => of(one) === one)) return node;
  switch (node.kind) {
    case "input":
      return g.input(node.tensor, node.tensorAxes, rebuildPlaces(node.at, of));
    case "pick":
      return g.pick(of(node.arg), rebuildPlaces(node.at, of));
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
      return g.reduce(
        node.op,
        of(node.arg),
        node.over,
        node.weight && of(node.weight),
        node.floor && of(node.floor),
      );
    case "window":
      return g.window(node.op, node.args.map(of), node.over);
  }
}
