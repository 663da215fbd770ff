/**
 * Reads a value as a sum over axes, times factors that are the same along them:
 *
 *     sum(where(m, x, 0) * w over A) / n   →   factors m ≠ 0, x, w;  guards m ≠ 0;  outside 1 / n
 *
 * A guard is a condition that excludes elements, whatever they are. As a factor it is 1 or 0.
 */

import { type AxisSet, isSubset } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node, ReduceNode } from "../../tensor/graph.ts";
import { isZero } from "../../tensor/terms.ts";

/** A product: the power of each factor, and a number. */
export interface Factors {
  readonly coefficient: number;
  readonly powers: ReadonlyMap<Node, number>;
}

export interface TermReading extends Factors {
  readonly guards: ReadonlySet<Node>;
}

export interface SumReading {
  readonly over: AxisSet;
  readonly term: TermReading;
  readonly outside: Factors;
}

/** Longer products are not read: a chain of n products would take n² steps. */
const maxFactors = 12;

const nothing: Factors = { coefficient: 1, powers: new Map() };

/** Undefined for a value that is no such sum. A mean alone is none: it is a mean already. */
export function readSum(g: GraphBuilder, node: Node): SumReading | undefined {
  const { sums, means, divides } = reductionsIn(node);
  return sums || (means && divides) ? readFactor(g, node) : undefined;
}

interface Reductions {
  /** Whether sums or means are factors of a product. */
  readonly sums: boolean;
  readonly means: boolean;
  /** Whether it is divided by one. */
  readonly divides: boolean;
}

/** Cached, since products are read again and again, and nodes do not change. */
const reductions = new WeakMap<Node, Reductions>();

function reductionsIn(node: Node): Reductions {
  const known = reductions.get(node);
  if (known !== undefined) return known;
  let found: Reductions = { sums: false, means: false, divides: false };
  if (node.kind === "reduce" && node.weight === undefined) {
    found = { sums: node.op === "sum", means: node.op === "mean", divides: false };
  } else if (node.kind === "map" && (node.op === "mul" || node.op === "div")) {
    const [a, b] = node.args.map((one) => reductions.get(one) ?? reductionsIn(one));
    found =
      node.op === "mul"
        ? { sums: a.sums || b.sums, means: a.means || b.means, divides: a.divides || b.divides }
        : { ...a, divides: a.divides || b.sums || b.means };
  }
  reductions.set(node, found);
  return found;
}

function readFactor(g: GraphBuilder, node: Node, depth = 0): SumReading | undefined {
  if (depth > maxFactors) return undefined;
  if (node.kind === "reduce") return readReduction(g, node);
  if (node.kind !== "map" || (node.op !== "mul" && node.op !== "div")) return undefined;
  const [a, b] = node.args;
  const first = readFactor(g, a, depth + 1);
  if (first !== undefined && isOutside(b, first.over)) {
    const other = readOutside(g, b);
    const outside = combined(first.outside, other, node.op === "mul" ? 1 : -1);
    return outside.powers.size > maxFactors ? undefined : { ...first, outside };
  }
  const second = node.op === "mul" && a !== b ? readFactor(g, b, depth + 1) : undefined;
  if (second === undefined || !isOutside(a, second.over)) return undefined;
  return { ...second, outside: combined(second.outside, readOutside(g, a), 1) };
}

function readReduction(g: GraphBuilder, { op, arg, over, weight }: ReduceNode): SumReading | undefined {
  if ((op !== "sum" && op !== "mean") || weight !== undefined) return undefined;
  const all = readTerm(g, arg);
  if (all.powers.size > maxFactors || [...all.guards].some((one) => isOutside(one, over))) return undefined;
  const inside = new Map([...all.powers].filter(([one]) => !isOutside(one, over)));
  const powers = new Map([...all.powers].filter(([one]) => isOutside(one, over)));
  // A sum over axes that none of its factors has is a multiple, which the factors do not say.
  if (!over.every((axis) => [...inside.keys()].some((one) => one.axes.includes(axis)))) return undefined;
  const outside = combined({ coefficient: all.coefficient, powers }, nothing, 1);
  return {
    over,
    term: { coefficient: 1, powers: inside, guards: all.guards },
    outside: op === "sum" ? outside : combined(outside, sizeOf(g, over), -1),
  };
}

function isOutside(node: Node, over: AxisSet): boolean {
  return !node.axes.some((axis) => over.includes(axis));
}

/** The product of the extents, one factor for each axis. */
export function sizeOf(g: GraphBuilder, over: AxisSet): Factors {
  return { coefficient: 1, powers: new Map(over.map((axis) => [g.size([axis]), 1])) };
}

export function readTerm(g: GraphBuilder, node: Node, depth = 0): TermReading {
  const alone = (factors: Factors): TermReading => ({ ...factors, guards: new Set() });
  if (node.kind === "literal") return alone({ coefficient: node.value, powers: new Map() });
  if (node.kind === "size") return alone(sizeOf(g, node.over));
  if (node.kind !== "map" || depth > maxFactors) return alone(atom(node));
  const [a, b, c] = node.args;
  switch (node.op) {
    case "mul":
    case "div": {
      const left = readTerm(g, a, depth + 1);
      const right = a === b ? left : readTerm(g, b, depth + 1);
      if (countOf(left) + countOf(right) > maxFactors) return alone(atom(node));
      if (right.coefficient === 0 || (node.op === "div" && right.guards.size > 0)) return alone(atom(node));
      return {
        ...combined(left, right, node.op === "mul" ? 1 : -1),
        guards: new Set([...left.guards, ...right.guards]),
      };
    }
    case "where": {
      const [kept, is] = isZero(c) ? [b, conditionOf(g, a)] : [c, g.map("eq", a, g.literal(0))];
      if (!isZero(isZero(c) ? c : b)) return alone(atom(node));
      const inner = readTerm(g, kept, depth + 1);
      return { ...combined(inner, atom(is), 1), guards: new Set([...inner.guards, is]) };
    }
    case "ne":
      return alone(atom(conditionOf(g, node)));
    default:
      return alone(atom(node));
  }
}

/** A condition as a value that is 1 or 0, always the same one. */
function conditionOf(g: GraphBuilder, node: Node): Node {
  if (!isCondition(node)) return g.map("ne", node, g.literal(0));
  if (node.kind !== "map" || node.op !== "ne" || !isZero(node.args[1])) return node;
  return isCondition(node.args[0]) ? conditionOf(g, node.args[0]) : node;
}

function isCondition(node: Node): boolean {
  return node.kind === "map" && ["lt", "le", "eq", "ne"].includes(node.op);
}

function readOutside(g: GraphBuilder, node: Node, depth = 0): Factors {
  if (node.kind === "literal" && node.value !== 0) return { coefficient: node.value, powers: new Map() };
  if (node.kind === "size") return sizeOf(g, node.over);
  if (node.kind === "map" && (node.op === "mul" || node.op === "div") && depth < maxFactors) {
    const [a, b] = node.args;
    const left = readOutside(g, a, depth + 1);
    const right = a === b ? left : readOutside(g, b, depth + 1);
    if (countOf(left) + countOf(right) > maxFactors) return atom(node);
    return combined(left, right, node.op === "mul" ? 1 : -1);
  }
  return atom(node);
}

/** How many factors a product has: of squares of squares there would be 2^n. */
function countOf({ powers }: Factors): number {
  return [...powers.values()].reduce((sum, one) => sum + Math.abs(one), 0);
}

function atom(node: Node): Factors {
  return { coefficient: 1, powers: new Map([[node, 1]]) };
}

/** a · b^sign. A condition times itself is itself. */
export function combined(a: Factors, b: Factors, sign: 1 | -1): Factors {
  const powers = new Map(a.powers);
  for (const [node, power] of b.powers) {
    const sum = (powers.get(node) ?? 0) + sign * power;
    const both = isCondition(node) && sign * power > 0 && sum > 1;
    if (sum === 0) powers.delete(node);
    else powers.set(node, both ? 1 : sum);
  }
  return { coefficient: sign === 1 ? a.coefficient * b.coefficient : a.coefficient / b.coefficient, powers };
}

/** The nodes of a product, what is divided by last; undefined for 1. */
export function build(g: GraphBuilder, { coefficient, powers }: Factors): Node | undefined {
  const over = coefficient === 1 ? [] : [g.literal(coefficient)];
  const under: Node[] = [];
  for (const [node, power] of powers) {
    for (let i = 0; i < Math.abs(power); i++) (power > 0 ? over : under).push(node);
  }
  if (over.length === 0 && under.length === 0) return undefined;
  const value = over.length === 0 ? g.literal(1) : over.reduce(g.mul);
  return under.length === 0 ? value : g.div(value, under.reduce(g.mul));
}

/** Whether two products are the same. */
export function sameFactors(a: Factors, b: Factors): boolean {
  const quotient = combined(a, b, -1);
  return quotient.coefficient === 1 && quotient.powers.size === 0;
}

/** Whether the axes of some values together are all of `over`. */
export function haveAxes(nodes: readonly Node[], over: AxisSet): boolean {
  return isSubset(
    over,
    nodes.flatMap((one) => one.axes),
  );
}
