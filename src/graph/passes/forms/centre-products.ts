/**
 * mean(u·v) − mean(u) · mean(v) cancels if u and v are far from zero. The same number is the mean of the product of their
 * differences from their means. Sums count as means times their sizes.
 */

import { type AxisSet, sameAxes } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Graph, Node } from "../../tensor/graph.ts";
import { rewrite } from "../../tensor/rewrite.ts";
import { addends } from "../../tensor/terms.ts";
import { joinedScales, type Scale, scalesKey } from "./form.ts";
import { type Sizes, sizesOf } from "./sizes.ts";

/** mean(a + u·v over A) − mean(u over A) · mean(v over A) → mean(a over A) + mean((u − mean(u)) · (v − mean(v)) over A) */
export function centreProducts(graph: Graph): Graph {
  const sizes = sizesOf();
  return rewrite(graph, (g, node) =>
    node.kind === "map" && node.op === "sub" ? (centred(g, sizes, node.args[0], node.args[1]) ?? node) : node,
  );
}

function centred(g: GraphBuilder, sizes: Sizes, a: Node, b: Node): Node | undefined {
  const all = meansIn(sizes, a);
  const product = meansIn(sizes, b);
  if (all?.means.length !== 1 || product?.means.length !== 2) return undefined;
  const [{ arg, over }] = all.means;
  const [u, v] = product.means;
  if (!sameAxes(u.over, over) || !sameAxes(v.over, over)) return undefined;
  if (scalesKey(all) !== scalesKey(product)) return undefined;
  const terms = addends(arg);
  const place = terms.findIndex((one) => isProduct(one, u.arg, v.arg));
  if (place < 0) return undefined;
  const others = terms.filter((_, i) => i !== place);
  const off = (one: Node): Node => g.sub(one, g.reduce("mean", one, over));
  const spread =
    u.arg === v.arg ? g.reduce("var", u.arg, over) : g.reduce("mean", g.mul(off(u.arg), off(v.arg)), over);
  const rest = others.length === 0 ? undefined : others.reduce(g.add);
  // What is the same along the axes is its own mean.
  const along = rest === undefined ? [] : over.filter((axis) => rest.axes.includes(axis));
  const sum = rest === undefined ? spread : g.add(g.reduce("mean", rest, along), spread);
  return all.scales.reduce<Node>(
    (made, { op, by }) => g.map(op, made, g.size(by.kind === "size" ? by.over : [])),
    sum,
  );
}

interface Means {
  readonly means: readonly { readonly arg: Node; readonly over: AxisSet }[];
  readonly scales: readonly Scale[];
}

/** A product of means and sums, and sizes. A sum is a mean times its size. */
function meansIn(sizes: Sizes, node: Node): Means | undefined {
  if (node.kind === "reduce" && (node.op === "mean" || node.op === "sum") && node.weight === undefined) {
    return { means: [node], scales: node.op === "sum" ? sizes.of(node.over, "mul") : [] };
  }
  const own = sizes.in(node, "mul");
  if (own !== undefined) return { means: [], scales: own };
  if (node.kind !== "map" || (node.op !== "mul" && node.op !== "div")) return undefined;
  const [a, b] = node.args;
  const first = meansIn(sizes, a);
  // More than two are no product of means: of squares of squares there are 2^n.
  if (first === undefined || first.means.length > 2) return undefined;
  const divisor = node.op === "div" ? sizes.in(b, "div") : undefined;
  const second =
    divisor === undefined
      ? node.op === "mul"
        ? meansIn(sizes, b)
        : undefined
      : { means: [], scales: divisor };
  if (second === undefined) return undefined;
  return {
    means: [...first.means, ...second.means],
    scales: joinedScales([...first.scales, ...second.scales]),
  };
}

function isProduct(node: Node, u: Node, v: Node): boolean {
  if (node.kind !== "map" || node.op !== "mul") return false;
  const [a, b] = node.args;
  return (a === u && b === v) || (a === v && b === u);
}
