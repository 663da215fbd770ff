/**
 * Finds weighted and masked means among quotients of sums, however they are written:
 *
 *     sum(w * x over A) / sum(w over A)              →  mean(x over A; weight = w)
 *     sum(where(m, x, 0) over A) / count(m over A)   →  mean(where(m, x, 0) over A; weight = m)
 *     sum(x * (w / sum(w over A)) over A)            →  mean(x over A; weight = w)
 *     sum(x / size(A) over A)                        →  mean(x over A)
 *
 * What a guard excludes stays excluded in the operand, since 0 · NaN is NaN.
 */
import { type AxisSet, isSubset, minus } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import { type Node, operands, type ReduceNode, reachable } from "../../tensor/graph.ts";
import { unguarded } from "../forms/weighted.ts";
import {
  build,
  combined,
  type Factors,
  haveAxes,
  readSum,
  readTerm,
  type SumReading,
  sizeOf,
  type TermReading,
} from "./sum-reading.ts";

/** The mean that a quotient is, and what it is multiplied with; undefined for none. */
export function meanAmong(
  g: GraphBuilder,
  node: Node,
): { readonly mean: ReduceNode; readonly factor: Node | undefined } | undefined {
  const sum = readSum(g, node);
  if (sum === undefined) return undefined;
  for (const [divisor, power] of sum.outside.powers) {
    if (power >= 0 || divisor.kind !== "reduce" || !isSum(divisor)) continue;
    const split = splitBy(g, sum, divisor.arg);
    if (split === undefined) continue;
    const rest = combined(sum.outside, totalOf(g, sum.over, divisor), 1);
    // A part of the total is still missing.
    if (divisor.over.some((axis) => !sum.over.includes(axis)) || hasSizes(rest, sum.over)) continue;
    return { mean: g.reduce("mean", split, sum.over, divisor.arg) as ReduceNode, factor: build(g, rest) };
  }
  if (!hasSizes(sum.outside, sum.over)) return undefined;
  const rest = combined(sum.outside, sizeOf(g, sum.over), 1);
  const operand = sum.term.guards.size > 0 || hasSizes(rest, sum.over) ? undefined : build(g, sum.term);
  if (operand === undefined || !isSubset(sum.over, operand.axes)) return undefined;
  return { mean: g.reduce("mean", operand, sum.over) as ReduceNode, factor: build(g, rest) };
}

function isSum({ op, weight }: ReduceNode): boolean {
  return (op === "sum" || op === "mean") && weight === undefined;
}

/** Σ w over all axes of a sum, if `divisor` is Σ w over those that w has, or its mean. */
function totalOf(g: GraphBuilder, over: AxisSet, divisor: ReduceNode): Factors {
  const own: Factors = { coefficient: 1, powers: new Map([[divisor as Node, 1]]) };
  const absent = divisor.op === "mean" ? over : minus(over, divisor.over);
  return combined(own, sizeOf(g, absent), 1);
}

function hasSizes({ powers }: Factors, over: AxisSet): boolean {
  return [...powers.keys()].some(
    (one) => one.kind === "size" && one.over.some((axis) => over.includes(axis)),
  );
}

/** The operand x of a sum of w·x; undefined if w is not among its factors. */
function splitBy(g: GraphBuilder, { over, term }: SumReading, weight: Node): Node | undefined {
  const rest = combined(term, readTerm(g, weight), -1);
  if ([...rest.powers.values()].some((power) => power < 0) || rest.coefficient !== 1) return undefined;
  const operand = guarded(g, rest, term);
  return operand !== undefined && haveAxes([operand, weight], over) ? operand : undefined;
}

/** A product of some of the factors of a term, 0 where the term excludes an element. */
function guarded(g: GraphBuilder, factors: Factors, { guards }: TermReading): Node | undefined {
  const powers = new Map([...factors.powers].filter(([one]) => !guards.has(one)));
  const value = build(g, { coefficient: factors.coefficient, powers });
  return value && [...guards].reduce((inner, is) => g.where(is, inner, g.literal(0)), value);
}

/**
 * A sum that is divided by something else than the sum of its weights, as `Σ w·x / n` with the weight told apart. So
 * `stabilise` can keep it as a shift and a rest.
 * @param from the value that loses it, which may be the operand.
 */
export function weightedQuotient(g: GraphBuilder, node: Node, from: Node): Node | undefined {
  const sum = readSum(g, node);
  if (sum === undefined) return undefined;
  const split = splitOf(g, sum, from);
  if (split === undefined) return undefined;
  const total = g.reduce("sum", split.operand, sum.over, split.weight);
  const { coefficient, powers } = sum.outside;
  const inverted = combined({ coefficient: 1, powers: new Map() }, { coefficient, powers }, -1);
  const divisor = build(g, inverted);
  return divisor === undefined ? total : g.div(total, divisor);
}

function splitOf(
  g: GraphBuilder,
  sum: SumReading,
  from: Node,
): { readonly operand: Node; readonly weight: Node } | undefined {
  const { over, term, outside } = sum;
  const one = g.literal(1);
  const split = (operandOf: Factors): { operand: Node; weight: Node } | undefined => {
    const operand = guarded(g, operandOf, term);
    const weight = guarded(g, combined(term, operandOf, -1), term) ?? guardsAlone();
    return operand === undefined || !haveAxes([operand, weight], over) ? undefined : { operand, weight };
  };
  const guardsAlone = (): Node =>
    [...term.guards].reduce<Node>((inner, is) => g.where(is, inner, g.literal(0)), one);
  const factors = [...term.powers].filter(([node]) => !term.guards.has(node));
  const single = (node: Node): Factors => ({ coefficient: 1, powers: new Map([[node, 1]]) });
  // The value that loses the sum is the operand, or the same where it is not excluded.
  const own = factors.find(([node, power]) => power === 1 && node === unguarded(from));
  if (own !== undefined && (factors.length > 1 || term.guards.size > 0)) return split(single(own[0]));
  // A sum of the weights is somewhere in the divisor: max(sum(w), 1).
  for (const inner of reachable([...outside.powers.keys()], (node) =>
    node.kind === "reduce" ? [] : operands(node),
  )) {
    if (inner.kind !== "reduce" || !isSum(inner) || !isSubset(inner.over, over)) continue;
    const operand = splitBy(g, sum, inner.arg);
    if (operand !== undefined) return { operand, weight: inner.arg };
  }
  const [only] = factors;
  if (term.guards.size > 0 && factors.length === 1 && only[1] === 1) return split(single(only[0]));
  return undefined;
}
