/**
 * Algebra that keeps digits where f32 would lose them, on means as they are written. It runs before differentiation too,
 * so that gradients are made of the better formulas:
 *
 *     mean(mean(x over S) over C)                  →  mean(x over C, S), if nothing else needs the inner one
 *     mean(a + u·v over A) − mean(u over A) · mean(v over A)
 *                                                  →  mean(a over A) + mean((u − mean(u)) · (v − mean(v)) over A)
 *     p·a + q·b, p + q = 1                         →  a + q·(b − a)
 */
import { type Graph, type Node, operands, reachable } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { formBuilder } from "./forms/build-form.ts";
import { centreProducts } from "./forms/centre-products.ts";
import { formsOf } from "./forms/forms-of.ts";

export function regroup(graph: Graph): Graph {
  return regroupMixes(centreProducts(joinMeans(graph)));
}

function joinMeans(graph: Graph): Graph {
  const values = graph.results.map((one) => one.value);
  const users = new Map<Node, number>();
  for (const node of [...values, ...reachable(values).flatMap(operands)]) {
    users.set(node, (users.get(node) ?? 0) + 1);
  }
  return rewrite(graph, (g, node, original) => {
    if (node.kind !== "reduce" || node.op !== "mean" || original.kind !== "reduce") return node;
    const inner = node.arg;
    const isPlain = inner.kind === "reduce" && inner.op === "mean" && !inner.weight && !node.weight;
    const isJoined = isPlain && users.get(original.arg) === 1;
    return isJoined ? g.reduce("mean", inner.arg, [...node.over, ...inner.over]) : node;
  });
}

function regroupMixes(graph: Graph): Graph {
  const forms = formsOf(graph, "whole");
  const made = new Map<Node, Node>();
  return rewrite(graph, (g, node, original) => {
    const form = isSum(original) ? forms.regroupedOf(original) : undefined;
    const build = formBuilder(
      g,
      forms,
      (one) => made.get(one) as Node,
      () => {
        throw new Error("means are whole before stabilise");
      },
    );
    const value = form === undefined ? node : build.difference(form);
    made.set(original, value);
    return value;
  });
}

function isSum(node: Node): boolean {
  return node.kind === "map" && (node.op === "add" || node.op === "sub");
}
