/**
 * Brings the ways in which people spell a mean and a variance to one, weighted and masked ones too. The unstable spelling
 * of the variance, E[x²] − E[x]², becomes the stable one here. The pass runs once, before `stabilise`, since the result of
 * `stabilise` has these same forms.
 *
 * Sums of cotangents stay as they are: they lie near zero, and gradients share them.
 */

import { sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import {
  type Graph,
  type MapNode,
  type Node,
  operands,
  type ReduceNode,
  reachable,
  type WindowNode,
} from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { rootOfSquare } from "../tensor/terms.ts";
import { unguarded } from "./forms/weighted.ts";
import { halfCentred } from "./half-centred.ts";
import { build, readTerm } from "./weighted/sum-reading.ts";
import { meanAmong, weightedQuotient } from "./weighted/weighted-means.ts";

export function recognise(graph: Graph): Graph {
  const ofCotangents = readingCotangents(graph);
  return rewrite(graph, (g, node, original) => {
    const free = !ofCotangents.has(original);
    const half = free && node.kind === "reduce" && isMeanOrSum(node) ? halfCentred(g, node) : undefined;
    if (half !== undefined) return half;
    if (node.kind === "reduce" && node.op === "mean") return recogniseMean(g, node);
    if (node.kind === "reduce" && node.op === "sum" && free) return quotient(g, node) ?? node;
    if (node.kind !== "map") return node;
    const [a, b] = node.args;
    if (node.op === "sub") {
      const variance = varianceOfSquares(g, a, b);
      return variance ?? withoutSums(g, node, original as MapNode, ofCotangents);
    }
    // sum(x over A) / size(A) → mean(x over A)
    const isMean =
      node.op === "div" &&
      a.kind === "reduce" &&
      a.op === "sum" &&
      a.weight === undefined &&
      b.kind === "size" &&
      sameAxes(a.over, b.over);
    if (isMean) return recogniseMean(g, g.reduce("mean", a.arg, a.over) as ReduceNode);
    return ((node.op === "div" || node.op === "mul") && free ? quotient(g, node) : undefined) ?? node;
  });
}

const isMeanOrSum = ({ op }: ReduceNode): boolean => op === "mean" || op === "sum";

function readingCotangents(graph: Graph): Set<Node> {
  const cotangents = new Set(
    graph.tensors
      .filter((one) => one.role === "input" && one.gradientOf !== undefined)
      .map(({ name }) => name),
  );
  const found = new Set<Node>();
  if (cotangents.size === 0) return found;
  for (const node of reachable(graph.results.map((one) => one.value))) {
    const own = node.kind === "input" && cotangents.has(node.tensor);
    if (own || operands(node).some((one) => found.has(one))) found.add(node);
  }
  return found;
}

/** A quotient of sums → a mean or a variance, times what is the same along its axes. */
function quotient(g: GraphBuilder, node: Node): Node | undefined {
  const found = meanAmong(g, node);
  if (found === undefined) return undefined;
  const mean = recogniseMean(g, found.mean);
  return found.factor === undefined ? mean : g.mul(found.factor, mean);
}

/** mean((x − mean(x over A))² over A) → var(x over A), with one weight or none */
function recogniseMean(g: GraphBuilder, mean: ReduceNode): Node {
  const root = rootOfSquare(counted(g, mean.arg, mean.weight));
  return (root && varianceOf(g, root, mean)) ?? mean;
}

function varianceOf(g: GraphBuilder, root: Node, { over, weight }: ReduceNode): Node | undefined {
  if (root.kind !== "map" || root.op !== "sub") return undefined;
  const [x, mean] = root.args;
  if (mean.kind !== "reduce" || mean.op !== "mean" || !sameAxes(mean.over, over)) return undefined;
  if (!haveOneWeight(g, mean.weight, weight)) return undefined;
  return counted(g, mean.arg, weight) === counted(g, x, weight)
    ? g.reduce("var", mean.arg, over, mean.weight)
    : undefined;
}

/** The v of where(m, v, 0), if the weight is 0 where m is: it does not count there whether v is 0. */
function counted(g: GraphBuilder, node: Node, weight: Node | undefined): Node {
  const inner = unguarded(node);
  if (weight === undefined || inner === node) return node;
  const { powers } = readTerm(g, weight);
  return [...readTerm(g, node).guards].every((one) => powers.has(one)) ? inner : node;
}

function haveOneWeight(g: GraphBuilder, a: Node | undefined, b: Node | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return build(g, readTerm(g, a)) === build(g, readTerm(g, b));
}

/** mean(x² over A) − mean(x over A)² → var(x over A) */
function varianceOfSquares(g: GraphBuilder, a: Node, b: Node): Node | undefined {
  if (a.kind === "window") return varianceOfWindow(g, a, b);
  if (a.kind !== "reduce" || a.op !== "mean") return undefined;
  const x = rootOfSquare(counted(g, a.arg, a.weight));
  const mean = rootOfSquare(b);
  if (x === undefined || mean?.kind !== "reduce" || mean.op !== "mean") return undefined;
  if (counted(g, mean.arg, a.weight) !== counted(g, x, a.weight)) return undefined;
  if (!sameAxes(mean.over, a.over) || !haveOneWeight(g, mean.weight, a.weight)) return undefined;
  return g.reduce("var", mean.arg, a.over, mean.weight);
}

/** x − Σ w·x / n: the sum is told apart from its weight, and from what it is divided by. */
function withoutSums(
  g: GraphBuilder,
  { args: [a, b] }: MapNode,
  original: MapNode,
  ofCotangents: ReadonlySet<Node>,
): Node {
  const [first, second] = original.args.map((one) => !ofCotangents.has(one));
  return g.sub(
    (first ? weightedQuotient(g, a, b) : undefined) ?? a,
    (second ? weightedQuotient(g, b, a) : undefined) ?? b,
  );
}

/** The same over a window. */
function varianceOfWindow(g: GraphBuilder, a: WindowNode, b: Node): Node | undefined {
  const x = rootOfSquare(a.args[0]);
  const mean = rootOfSquare(b);
  if (a.op !== "mean" || x === undefined || mean !== g.window("mean", [x], a.over)) return undefined;
  return g.window("var", [x], a.over);
}
