/**
 * Weights that add up to one: the elements of a softmax, or `e / (e + f)` and `f / (e + f)`. A mix of far values with such
 * weights lies near each of them, but in f32 the weights do not add up to one exactly. So one weight is written as what
 * the others leave:
 *
 *     p·a + q·b + r·c  →  a + q·(b − a) + r·(c − a),  p + q + r = 1
 */

import type { Graph, GraphFactor, Node } from "../../tensor/graph.ts";
import { addends } from "../../tensor/terms.ts";
import { type Form, isFar, isPlace, type Scale, scalesKey, type Term } from "./form.ts";

/** One of the weights, as scales of a term. */
interface Part {
  /** The same for all weights that add up to one together. */
  readonly whole: string;
  readonly name: string;
  readonly count: number;
  readonly scales: readonly Scale[];
  readonly others: readonly Scale[];
}

export function withoutLastPart(graph: Graph, form: Form): Form {
  const groups = new Map<string, { term: Term; part: Part }[]>();
  for (const term of form.filter((one) => isFar(one) && isPlace(one))) {
    const part = partIn(graph, term);
    if (part === undefined) continue;
    const key = `${part.whole} ${scalesKey({ scales: part.others })}`;
    groups.set(key, [...(groups.get(key) ?? []), { term, part }]);
  }
  let all = form;
  for (const group of groups.values()) {
    const names = new Map(group.map(({ part }) => [part.name, part]));
    const [first] = group;
    if (names.size < first.part.count || names.size < 2) continue;
    const others = [...names.values()].filter((one) => one.name !== first.part.name);
    all = all.flatMap((term): Term[] => {
      const own = group.find((one) => one.term === term)?.part;
      if (own?.name !== first.part.name) return [term];
      const rest = others.map(
        (one): Term => ({
          ...term,
          factor: -term.factor,
          scales: [...one.scales, ...own.others],
          regrouped: true,
        }),
      );
      return [{ ...term, scales: own.others, regrouped: true }, ...rest];
    });
  }
  return all;
}

function partIn(graph: Graph, { scales }: Term): Part | undefined {
  for (const scale of scales) {
    if (scale.op === "mul") {
      const found = elementOfSoftmax(graph, scale.by) ?? quotient(scale.by);
      if (found !== undefined) {
        return { ...found, scales: [scale], others: scales.filter((one) => one !== scale) };
      }
      continue;
    }
    const own = scales.find((one) => one.op === "mul" && addends(scale.by).includes(one.by));
    const found = own && share(own.by, scale.by);
    if (own === undefined || found === undefined) continue;
    return { ...found, scales: [own, scale], others: scales.filter((one) => one !== own && one !== scale) };
  }
  return undefined;
}

type Name = Pick<Part, "whole" | "name" | "count">;

/** e / (e + f) */
function quotient(node: Node): Name | undefined {
  return node.kind === "map" && node.op === "div" ? share(node.args[0], node.args[1]) : undefined;
}

function share(one: Node, sum: Node): Name | undefined {
  const all = addends(sum);
  if (!all.includes(one) || new Set(all).size < all.length) return undefined;
  return { whole: `n${sum.id}`, name: `n${one.id}`, count: all.length };
}

/** (e / sum(e over M))[M = 0] */
function elementOfSoftmax(graph: Graph, node: Node): Name | undefined {
  if (node.kind !== "pick" || node.at.length > 1) return undefined;
  const { arg: weights } = node;
  const [{ axis, index: place }] = node.at;
  if (place.kind !== "literal" || weights.kind !== "map" || weights.op !== "div") return undefined;
  const [e, sum] = weights.args;
  const isSoftmax = sum.kind === "reduce" && sum.op === "sum" && sum.arg === e;
  const factors = graph.axes.flatMap((one): readonly GraphFactor[] => one.factors);
  const extent = factors.find((one) => one.name === axis)?.extent;
  if (!isSoftmax || sum.over.length > 1 || sum.over[0] !== axis || typeof extent !== "number")
    return undefined;
  return { whole: `n${weights.id}`, name: String(place.value), count: extent };
}
