/** Products and sums of products. In this form, cotangents become what a person would write. */
import { type AxisSet, isSubset } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { MapNode, Node } from "../../tensor/graph.ts";

/** `coefficient · Π node^power`; a power is a whole number and never 0. */
export interface Product {
  readonly coefficient: number;
  readonly powers: ReadonlyMap<Node, number>;
}

/** A sum. The empty sum is 0. */
export type Sum = readonly Product[];

export const one: Product = { coefficient: 1, powers: new Map() };

export function atom(node: Node): Product {
  if (node.kind === "literal" && node.value !== 0) return { coefficient: node.value, powers: new Map() };
  return { coefficient: 1, powers: new Map([[node, 1]]) };
}

export function times(a: Product, b: Product): Product {
  const powers = new Map(a.powers);
  for (const [node, power] of b.powers) setPower(powers, node, (powers.get(node) ?? 0) + power);
  return { coefficient: a.coefficient * b.coefficient, powers };
}

export function scale({ coefficient, powers }: Product, by: number): Product {
  return { coefficient: coefficient * by, powers };
}

/** Undefined if the coefficient is 0, which has no inverse. */
export function inverse({ coefficient, powers }: Product): Product | undefined {
  if (coefficient === 0) return undefined;
  return { coefficient: 1 / coefficient, powers: new Map([...powers].map(([node, n]) => [node, -n])) };
}

function setPower(powers: Map<Node, number>, node: Node, power: number): void {
  if (power === 0) powers.delete(node);
  else powers.set(node, power);
}

export function keyOf({ powers }: Product): string {
  return [...powers]
    .map(([node, power]) => `${node.id}^${power}`)
    .sort()
    .join(" ");
}

/** Adds up equal products and drops those that cancel. */
export function collect(sum: Sum): Product[] {
  const found = new Map<string, Product>();
  for (const product of sum) {
    const key = keyOf(product);
    const before = found.get(key)?.coefficient ?? 0;
    found.set(key, { coefficient: before + product.coefficient, powers: product.powers });
  }
  return [...found.values()].filter((product) => product.coefficient !== 0);
}

/**
 * Uses known nodes in place of the factors that they are made of: with xhat = c · rstd among `known`, rstd² · c becomes
 * rstd · xhat.
 */
export function withKnown(product: Product, known: readonly MapNode[]): Product {
  const powers = new Map(product.powers);
  const has = (node: Node, sign: 1 | -1, count = 1): boolean => (powers.get(node) ?? 0) * sign >= count;
  for (const node of known) {
    const [a, b] = node.args;
    const sign = node.op === "div" ? -1 : 1;
    while (a === b ? has(a, 1, 2) : has(a, 1) && has(b, sign)) {
      setPower(powers, a, (powers.get(a) ?? 0) - 1);
      setPower(powers, b, (powers.get(b) ?? 0) - sign);
      setPower(powers, node, (powers.get(node) ?? 0) + 1);
    }
  }
  return { coefficient: product.coefficient, powers };
}

/**
 * The nodes of a product. Factors that are the same for many elements are multiplied once for all of them. Factors come
 * in the order in which the sweep met them, so that a cotangent is the beginning of the cotangents made of it: in a chain
 * of n operators the n-th takes one more product, not n.
 */
export function buildProduct(g: GraphBuilder, { coefficient, powers }: Product): Node {
  const groups = new Map<string, Group>();
  for (const [node, power] of powers) {
    const key = node.axes.join(" ");
    const group = groups.get(key) ?? { over: [], under: [] };
    groups.set(key, group);
    const side = power > 0 ? group.over : group.under;
    for (let i = 0; i < Math.abs(power); i++) side.push(node);
  }
  // A number divides together with the smallest group. 1 / size(A) by itself would be a constant of the kernel, and if the
  // axis is empty, WGSL refuses a constant that divides by zero.
  const numbers = groups.get("");
  const [smallest] = [...groups.values()]
    .filter((one) => one !== numbers)
    .sort((a, b) => axesOf(a).length - axesOf(b).length);
  if (numbers !== undefined && smallest !== undefined) {
    smallest.under.push(...numbers.under);
    numbers.under.length = 0;
    if (numbers.over.length === 0) groups.delete("");
  }
  const multiplied = (nodes: readonly Node[]): Node => nodes.reduce((a, b) => g.mul(a, b));
  const parts = [...groups.values()].map(({ over, under }) => {
    if (under.length === 0) return multiplied(over);
    return g.div(over.length === 0 ? g.literal(1) : multiplied(over), multiplied(under));
  });
  if (parts.length === 0) return g.literal(coefficient);
  return withCoefficient(g, nested(g, parts), coefficient);
}

interface Group {
  readonly over: Node[];
  readonly under: Node[];
}

function axesOf({ over, under }: Group): AxisSet {
  return (over[0] ?? under[0]).axes;
}

/** Multiplies each group into the next larger one that has all its axes; those without one come at the end. */
function nested(g: GraphBuilder, parts: readonly Node[]): readonly Node[] {
  const left = [...parts].sort((a, b) => a.axes.length - b.axes.length || a.id - b.id);
  for (let i = 0; i < left.length - 1; ) {
    const into = left.findIndex((other, j) => j > i && isSubset(left[i].axes, other.axes));
    // Values of a row wait until the values of its elements are multiplied: gradients share `dy · gamma`, not `dy · rstd`.
    if (into < 0 || left[into].axes.length === left[left.length - 1].axes.length) i++;
    else {
      left[into] = g.mul(left[i], left[into]);
      left.splice(i, 1);
    }
  }
  return left;
}

function withCoefficient(g: GraphBuilder, parts: readonly Node[], coefficient: number): Node {
  const [first, ...rest] = parts;
  const scaledFirst =
    coefficient === 1 || coefficient === -1 ? first : g.mul(g.literal(Math.abs(coefficient)), first);
  // Largest first, so that other products can share its factors.
  const product = [...rest]
    .reverse()
    .reduce<Node | undefined>((made, part) => (made === undefined ? part : g.mul(made, part)), undefined);
  const whole = product === undefined ? scaledFirst : g.mul(product, scaledFirst);
  return coefficient < 0 ? g.map("neg", whole) : whole;
}
