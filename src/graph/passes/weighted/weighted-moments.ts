/**
 * The numerics contract for statistics with a weight w, as `stabilise` gives it to the others:
 *
 *     x − mean(x over A; weight = w)   →  (x − shift) − excess / total
 *     var(x over A; weight = w)        →  squares / total − (excess / total)²
 *     x − sum(w·x over A) / n          →  (x − shift) − ((W − n) · shift + excess) / n,  W = sum(w over A)
 *
 * The last one has no quotient W / n, which devices round even where it is 1. In a sum of terms, each term first loses
 * its own mean.
 */

import { type AxisSet, minus } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import { type Graph, type MapNode, momentKey, type Node, reachable } from "../../tensor/graph.ts";
import { addends } from "../../tensor/terms.ts";
import { isWeighted, unguarded, type WeightedNode } from "../forms/weighted.ts";

/** A value as the sum of numbers near the terms of the operand, and a small rest. */
interface Pair {
  readonly bases: readonly Node[];
  readonly rest: Node;
  /** `value − base`, for the operand. */
  without: (value: Node) => Node;
}

export interface WeightedMoments {
  /** The stable form of a weighted statistic; undefined for a node that has nothing to do with one. */
  rewritten(g: GraphBuilder, node: Node, original: Node): Node | undefined;
  /** The numbers that a rewritten statistic is the sum of. */
  pairOf(value: Node): Pick<Pair, "bases" | "rest"> | undefined;
}

/** @param isPair whether a statistic is needed as two numbers, besides those that a difference has as an operand. */
export function weightedMoments(graph: Graph, isPair: (node: Node) => boolean): WeightedMoments {
  const isOperand = sensitiveNodes(graph);
  const isSensitive = (node: Node): boolean => isOperand(node) || isPair(node);
  /** The statistics as they were, with operands rewritten. */
  const before = new Map<Node, WeightedNode>();
  const pairs = new Map<Node, Pair>();
  const paired = (g: GraphBuilder, pair: Pair): Node => {
    const value = g.add(pair.bases.reduce(g.add), pair.rest);
    pairs.set(value, pair);
    return value;
  };

  return { rewritten, pairOf: (value) => pairs.get(value) };

  function rewritten(g: GraphBuilder, node: Node, original: Node): Node | undefined {
    if (isWeighted(node)) {
      before.set(original, node);
      if (node.op === "var") return variance(g, node);
      if (!isSensitive(original)) return plainly(g, node);
      return paired(g, node.op === "mean" ? pairOfMean(g, node) : pairOfQuotient(g, node, g.literal(1)));
    }
    if (node.kind !== "map" || original.kind !== "map") return undefined;
    if (node.op === "div" && isSensitive(original)) {
      const sum = before.get(original.args[0]);
      return sum?.op === "sum" ? paired(g, pairOfQuotient(g, sum, node.args[1])) : undefined;
    }
    return node.op === "sub" ? withoutPair(g, node, pairs) : undefined;
  }
}

/** What is subtracted, or something is subtracted from; and means whose variance is asked for. */
function sensitiveNodes(graph: Graph): (node: Node) => boolean {
  const found = new Set<Node>();
  const variances = new Set<string>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (node.kind === "map" && node.op === "sub") for (const one of node.args) found.add(one);
    if (isWeighted(node) && node.op === "var") variances.add(momentKey(node));
  }
  return (node) =>
    found.has(node) || (isWeighted(node) && node.op === "mean" && variances.has(momentKey(node)));
}

/** Where nothing can cancel: Σ w·x / Σ w */
function plainly(g: GraphBuilder, { op, arg, over, weight }: WeightedNode): Node {
  const sum = g.reduce("sum", g.mul(weight, arg), over);
  return op === "sum" ? sum : g.div(sum, sumOver(g, weight, over));
}

/** Σ w over axes, of which w may lack some. */
function sumOver(g: GraphBuilder, weight: Node, over: AxisSet): Node {
  const present = over.filter((axis) => weight.axes.includes(axis));
  const absent = minus(over, present);
  const sum = g.reduce("sum", weight, present);
  return absent.length === 0 ? sum : g.mul(sum, g.size(absent));
}

function variance(g: GraphBuilder, node: WeightedNode): Node {
  const { excess, squares, total } = momentsOf(g, node);
  const rest = g.div(excess, total);
  const squared = g.mul(rest, rest);
  const value = g.sub(g.div(squares, total), squared);
  // Weights may be negative, and so may the variance be. Below zero only by rounding, it is zero.
  const isRounding = g.map("lt", g.mul(g.literal(4), g.map("abs", value)), squared);
  return g.where(isRounding, g.map("max", value, g.literal(0)), value);
}

function pairOfMean(g: GraphBuilder, node: WeightedNode): Pair {
  const { shift, excess, total, of } = momentsOf(g, node);
  return pairOf(g, of, shift, g.div(excess, total));
}

function pairOfQuotient(g: GraphBuilder, node: WeightedNode, divisor: Node): Pair {
  const { shift, excess, of } = momentsOf(g, node);
  const base = [...of.bases, shift].reduce(g.add);
  const missing = lessDivisor(g, sumOver(g, node.weight, node.over), divisor);
  const away = missing === undefined ? excess : g.add(g.mul(missing, base), excess);
  return pairOf(g, of, shift, g.div(away, divisor));
}

/** W − n; undefined for 0. In f32, W + eps may be W, so a number that is added to W counts by itself. */
function lessDivisor(g: GraphBuilder, total: Node, divisor: Node): Node | undefined {
  if (divisor === total) return undefined;
  if (divisor.kind === "map" && divisor.op === "add" && divisor.args.includes(total)) {
    return g.map("neg", divisor.args[divisor.args[0] === total ? 1 : 0]);
  }
  return g.sub(total, divisor);
}

function pairOf(g: GraphBuilder, of: Terms, shift: Node, rest: Node): Pair {
  const bases = [...of.bases, shift];
  return {
    bases,
    rest,
    without: (value) => {
      if (of.bases.length > 0 && value === of.value) return g.sub(of.near, shift);
      if (of.bases.length > 0 && value === unguarded(of.value)) return g.sub(of.inner, shift);
      return bases.reduce(g.sub, value);
    },
  };
}

/** The operand of a statistic. If it is a sum of terms, it is the sum of `bases`, plus what lies near zero. */
interface Terms {
  readonly value: Node;
  readonly bases: readonly Node[];
  /** The operand without its bases where it is not excluded, and the same everywhere. */
  readonly counted: Node;
  readonly near: Node;
  readonly inner: Node;
}

function momentsOf(
  g: GraphBuilder,
  node: WeightedNode,
): { readonly [K in "shift" | "excess" | "squares" | "total"]: Node } & { readonly of: Terms } {
  const { over, weight } = node;
  const of = termsOf(g, node);
  const moment = (op: "shift" | "excess" | "squares" | "total"): Node =>
    g.reduce(op, of.counted, over, weight);
  return {
    shift: moment("shift"),
    excess: moment("excess"),
    squares: moment("squares"),
    total: moment("total"),
    of,
  };
}

function termsOf(g: GraphBuilder, { arg, over, weight }: WeightedNode): Terms {
  const terms = addends(unguarded(arg));
  if (terms.length === 1) return { value: arg, bases: [], counted: arg, near: arg, inner: arg };
  const means = terms.map((term) => meanOfTerm(g, withGuardsOf(g, arg, term, g.literal(0)), over, weight));
  const shifts = terms.map((term, i) => means[i]?.shift ?? term);
  const rest = means.flatMap((one) => one?.rest ?? []).reduce(g.add);
  const bases = [...shifts, rest];
  const differences = terms.flatMap((term, i) => (shifts[i] === term ? [] : [g.sub(term, shifts[i])]));
  const inner = g.sub(differences.reduce(g.add), rest);
  return {
    value: arg,
    bases,
    inner,
    counted: withGuardsOf(g, arg, inner, g.literal(0)),
    near: withGuardsOf(g, arg, inner, g.map("neg", bases.reduce(g.add))),
  };
}

/** Undefined if the term is the same along the axes. */
function meanOfTerm(
  g: GraphBuilder,
  term: Node,
  over: AxisSet,
  weight: Node,
): { readonly shift: Node; readonly rest: Node } | undefined {
  if (!over.some((axis) => term.axes.includes(axis))) return undefined;
  const own = over.filter((axis) => term.axes.includes(axis) || weight.axes.includes(axis));
  const moment = (op: "shift" | "excess" | "total"): Node => g.reduce(op, term, own, weight);
  const zero = g.literal(0);
  const total = moment("total");
  const rest = g.where(g.map("eq", total, zero), zero, g.div(moment("excess"), total));
  return { shift: moment("shift"), rest };
}

/** where(m, v, 0) and an inner value → where(m, inner, other) */
function withGuardsOf(g: GraphBuilder, outer: Node, inner: Node, other: Node): Node {
  if (unguarded(outer) === outer || outer.kind !== "map") return inner;
  return g.where(outer.args[0], withGuardsOf(g, outer.args[1], inner, other), other);
}

/** x − (base + rest) → (x − base) − rest */
function withoutPair(
  g: GraphBuilder,
  { args: [a, b] }: MapNode,
  pairs: ReadonlyMap<Node, Pair>,
): Node | undefined {
  const [first, second] = [pairs.get(a), pairs.get(b)];
  if (first !== undefined && second !== undefined)
    return g.add(withoutBases(g, first.bases, second.bases), g.sub(first.rest, second.rest));
  if (second !== undefined) return g.sub(second.without(a), second.rest);
  return first && g.add(withoutBases(g, first.bases, [b]), first.rest);
}

/** Far numbers cancel one by one, before the others are added. */
function withoutBases(g: GraphBuilder, from: readonly Node[], bases: readonly Node[]): Node {
  const left = from.map((one, i) => (bases[i] === undefined ? one : g.sub(one, bases[i])));
  return bases.slice(from.length).reduce(g.sub, left.reduce(g.add));
}
