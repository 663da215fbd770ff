/** A graph as text, one line for each node: `%3 = mean(%1 over K, S) : N, G`. It counts its own numbers, so that texts compare. */
import {
  type Graph,
  type MapNode,
  type Node,
  type PickNode,
  type Place,
  type ReduceNode,
  reachable,
  type WindowNode,
} from "./graph.ts";
import { windowText } from "./windows.ts";

type ComputedNode = MapNode | ReduceNode | WindowNode | PickNode;

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
        return node.at.length === 0 ? node.tensor : `${node.tensor}[${places(node.at)}]`;
      case "size":
        return `size(${node.over.join(", ")})`;
      case "index":
        return `index(${node.axis})`;
      case "map":
      case "reduce":
      case "window":
      case "pick":
        return `%${numbers.get(node)}`;
    }
  };
  const places = (at: readonly Place[]): string =>
    at.map(({ axis, index }) => `${axis} = ${shown(index)}`).join(", ");
  const text = (node: ComputedNode): string => {
    switch (node.kind) {
      case "map":
        return `${node.op}(${node.args.map(shown).join(", ")})`;
      case "reduce":
        return `${node.op}(${shown(node.arg)} over ${node.over.join(", ")}${node.weight === undefined ? "" : `; weight = ${shown(node.weight)}`})`;
      case "window":
        return `${node.op}(${node.args.map(shown).join(", ")} over ${node.over.map(windowText).join("; ")})`;
      case "pick":
        return `${shown(node.arg)}[${places(node.at)}]`;
    }
  };
  for (const node of nodes) {
    if (node.kind !== "map" && node.kind !== "reduce" && node.kind !== "window" && node.kind !== "pick")
      continue;
    numbers.set(node, numbers.size);
    const value = text(node);
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
