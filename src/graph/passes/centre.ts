/**
 * Brings sums of cotangents near zero. A standardized value adds up to zero, so a factor beside it counts only by its
 * differences from any number s. And a value that loses its mean can lose a shift first:
 *
 *     mean(v · xhat over A)   →  mean((v − s) · xhat over A) − mean(v − s over A) · mean(xhat over A)
 *     v − t − mean(v over A)  →  (v − s) − t − mean(v − s over A),  s = shift(v over A)
 *
 * The second product corrects for the rounding error in the mean of xhat. Without it, that error would be multiplied by
 * the sample s in every term of the row (1e-5 of d_gamma on rows of 262,144).
 *
 * A shift is a sample of the row and takes no loop (`kernels/body/moments.ts`). The pass runs after `stabilise`, since it
 * recognises standardized values by the form that `stabilise` gives them.
 *
 * The pass changes nothing if a sum runs over some of the axes in A (the affines of group norm), or if there are statistics
 * over other axes too (switchable norm). Those sums could not share the new ones, and rows would be read once more. There
 * d_x loses about 1e-7 · |mean| / std of the cotangent.
 */
import { type AxisSet, isSubset, minus, sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type MapNode, type Node, type ReduceNode, reachable } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";

export function centre(graph: Graph): Graph {
  const reductions = reachable(graph.results.map((one) => one.value)).flatMap((one) =>
    one.kind === "reduce" && (one.op === "sum" || one.op === "rest") ? [one] : [],
  );
  const isDivided = (over: AxisSet): boolean =>
    reductions.some((one) => {
      const partly = !isSubset(over, one.over) && over.some((axis) => one.over.includes(axis));
      return partly || (one.op === "rest" && !sameAxes(over, one.over) && isSubset(over, one.over));
    });

  return rewrite(graph, (g, node) => {
    if (node.kind === "reduce" && (node.op === "sum" || node.op === "mean"))
      return centredSum(g, node, isDivided) ?? node;
    if (node.kind === "map" && node.op === "sub") return withoutMean(g, node, isDivided) ?? node;
    return node;
  });
}

type Test = (over: AxisSet) => boolean;

/** Σ v·c → Σ (v − s)·c − Σ (v − s) · mean(c), where c adds up to zero */
function centredSum(g: GraphBuilder, { op, arg, over }: ReduceNode, isDivided: Test): Node | undefined {
  const factors = factorsOf(arg);
  const standardized = factors.filter((one) => centredOver(one) !== undefined);
  const [centred] = standardized;
  if (standardized.length !== 1) return undefined;
  const axes = centredOver(centred) as AxisSet;
  if (!isSubset(axes, over) || isDivided(axes)) return undefined;
  const others = factors.filter((one) => one !== centred);
  const varies = (one: Node): boolean => one.axes.some((axis) => axes.includes(axis));
  const inside = others.filter(varies);
  if (inside.length === 0) return undefined;
  const value = inside.reduce(g.mul);
  if (!isSubset(axes, value.axes)) return undefined;
  const near = g.sub(value, g.reduce("shift", value, axes));
  const left = g.mul(g.reduce(op, near, axes), g.reduce("mean", centred, axes));
  const sum = g.sub(g.reduce(op, g.mul(near, centred), axes), left);
  const scaled = others.filter((one) => !varies(one)).reduce<Node>(g.mul, sum);
  return g.reduce(op, scaled, minus(over, axes));
}

/** v − t − mean(v over A), where v is one of the terms */
function withoutMean(g: GraphBuilder, { args: [terms, mean] }: MapNode, isDivided: Test): Node | undefined {
  if (mean.kind !== "reduce" || mean.op !== "mean" || isDivided(mean.over)) return undefined;
  const near = g.sub(mean.arg, g.reduce("shift", mean.arg, mean.over));
  const made = withTerm(g, terms, mean.arg, near);
  return made && g.sub(made, g.reduce("mean", near, mean.over));
}

/** The terms with `from` replaced by another one; undefined if `from` is not among them. */
function withTerm(g: GraphBuilder, terms: Node, from: Node, to: Node): Node | undefined {
  if (terms === from) return to;
  if (terms.kind !== "map" || (terms.op !== "add" && terms.op !== "sub")) return undefined;
  const [a, b] = terms.args;
  const first = withTerm(g, a, from, to);
  if (first !== undefined) return g.map(terms.op, first, b);
  const second = terms.op === "add" ? withTerm(g, b, from, to) : undefined;
  return second && g.add(a, second);
}

/** The factors of a product. A standardized value is one factor. */
function factorsOf(node: Node): readonly Node[] {
  if (node.kind !== "map" || node.op !== "mul" || centredOver(node) !== undefined) return [node];
  return node.args.flatMap(factorsOf);
}

/** The axes over which a value adds up to zero: (x − shift − rest), times values that are the same along them. */
function centredOver(node: Node): AxisSet | undefined {
  if (node.kind !== "map") return undefined;
  const [a, b] = node.args;
  switch (node.op) {
    case "sub": {
      if (b.kind !== "reduce" || b.op !== "rest" || a.kind !== "map" || a.op !== "sub") return undefined;
      const [x, shift] = a.args;
      const matches = shift.kind === "reduce" && shift.op === "shift" && shift.arg === x && b.arg === x;
      return matches && sameAxes(shift.over, b.over) ? b.over : undefined;
    }
    case "mul":
      return scaledOver(a, b) ?? scaledOver(b, a);
    case "div":
      return scaledOver(a, b);
    default:
      return undefined;
  }
}

function scaledOver(node: Node, scale: Node): AxisSet | undefined {
  const over = centredOver(node);
  return over?.some((axis) => scale.axes.includes(axis)) ? undefined : over;
}
