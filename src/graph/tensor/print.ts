/** A graph as text, one line for each node: `%3 = mean(%1 over K, S) : N, G`. It counts its own numbers, so that texts compare. */
import { type Graph, type Node, reachable } from "./graph.ts";

export function printGraph(graph: Graph): string {
  const nodes = reachable(graph.results.map((one) => one.value));
  const numbers = new Map<Node, number>();
  const lines: string[] = [];
  const shown = (node: Node): string => {
    switch (node.kind) {
      case "literal":
        return String(node.value);
      case "param":
        return node.param;
      case "input":
        return node.tensor;
      case "size":
        return `size(${node.over.join(", ")})`;
      case "index":
        return `index(${node.axis})`;
      case "map":
      case "reduce":
        return `%${numbers.get(node)}`;
    }
  };
  for (const node of nodes) {
    if (node.kind !== "map" && node.kind !== "reduce") continue;
    numbers.set(node, numbers.size);
    const value =
      node.kind === "map"
        ? `${node.op}(${node.args.map(shown).join(", ")})`
        : `${node.op}(${shown(node.arg)} over ${node.over.join(", ")}${node.weight === undefined ? "" : `; weight = ${shown(node.weight)}`})`;
    lines.push(`${shown(node)} = ${value}${node.axes.length === 0 ? "" : ` : ${node.axes.join(", ")}`}`);
  }
  for (const { tensor, value } of graph.results) {
    const target = graph.tensors.find((one) => one.name === tensor);
    const arrow = target?.role === "state" ? "<-" : "=";
    const type = target?.dtype === undefined ? "" : `: ${target.dtype}`;
    lines.push(`${tensor}[${target?.dims.join(", ")}]${type} ${arrow} ${shown(value)}`);
  }
  return `${lines.join("\n")}\n`;
}
