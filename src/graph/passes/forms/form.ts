/**
 * A value as a sum of terms: `x − mean(x over A)` is +x − shift − rest. The terms say which large numbers a value
 * consists of, so that a difference can subtract these from one another before anything small is added to them.
 */
import { type AxisSet, isSubset } from "../../tensor/axes.ts";
import type { Node, ReduceNode } from "../../tensor/graph.ts";

/** A sum. The nodes in it are those of the graph before the pass. */
export type Form = readonly Term[];

export interface Term {
  /** The product of its sign and all numbers that the spec multiplies it with. */
  readonly factor: number;
  /** What else the leaf is multiplied with and divided by, in this order. */
  readonly scales: readonly Scale[];
  readonly leaf: Leaf;
  /** Whether its scales are not those of the spec, but others that bring it beside a term with which it cancels. */
  readonly regrouped?: true;
}

export interface Scale {
  readonly op: "mul" | "div";
  readonly by: Node;
  /** Whether the scale is the first operand of the product. */
  readonly first: boolean;
}

/**
 * How large a leaf may be: `far` may lie far from zero, `near` is a difference or the rest of a mean, which lie near
 * zero whatever the distance of the data, and `fixed` is a small number of the spec.
 */
export type Size = "far" | "near" | "fixed";

export type Leaf = {
  readonly key: string;
  readonly axes: AxisSet;
  readonly size: Size;
  /** Leaves of one origin lie near each other: a tensor, its shift and its maximum. */
  readonly origin: string;
  /** Whether it is a part of a mean or a sum, which can be computed to more digits than an f32 has. */
  readonly ofMean: boolean;
} & (
  | { readonly kind: "value"; readonly node: Node }
  /** The shift of a term without its outer scales. `like` is the reduction that it belongs to. */
  | { readonly kind: "shift"; readonly inner: Term; readonly over: AxisSet; readonly like: ReduceNode }
  /** A mean (also of a sum), maximum or minimum of what its operand consists of, after each varying term has lost its shift. */
  | { readonly kind: "rest"; readonly of: ReduceNode }
  /** One of the two numbers of a mean with a weight, which are those of its place and of its rest. */
  | { readonly kind: "weighted"; readonly statistic: Node; readonly part: "base" | "rest" }
  /** where(condition, a, b) of some of the terms of both branches. */
  | { readonly kind: "choice"; readonly condition: Node; readonly a: Form; readonly b: Form }
  /** Several leaves under one scale. */
  | { readonly kind: "sum"; readonly of: Form }
);

export function valueLeaf(node: Node, size: Size = "far", origin = `n${node.id}`): Leaf {
  return { kind: "value", key: `n${node.id}`, node, axes: node.axes, size, origin, ofMean: false };
}

export function plainTerm(leaf: Leaf): Term {
  return { factor: 1, scales: [], leaf };
}

export function times(form: Form, factor: number): Form {
  return form.map((one) => ({ ...one, factor: one.factor * factor }));
}

export function negated(form: Form): Form {
  return times(form, -1);
}

export function scaled(form: Form, by: readonly Scale[]): Form {
  return form.map((one) => ({ ...one, scales: joinedScales([...one.scales, ...by]) }));
}

export function joinedScales(scales: readonly Scale[]): readonly Scale[] {
  return scales.reduce(withScale, []);
}

/** `x · size(S) / size(S)` is x. */
function withScale(scales: readonly Scale[], scale: Scale): readonly Scale[] {
  if (scale.by.kind !== "size") return [...scales, scale];
  const inverse = scales.findIndex((one) => one.op !== scale.op && one.by === scale.by);
  return inverse < 0 ? [...scales, scale] : scales.filter((_, place) => place !== inverse);
}

export const isFar = ({ leaf }: Term): boolean => leaf.size === "far";

/**
 * Whether it is data, or lies where data lies: a tensor, a mean, a maximum. Weights that add up to one are taken apart
 * only around these: a mix of variances has no terms that cancel, and loses digits if one is subtracted from another.
 */
export function isPlace({ leaf }: Term): boolean {
  if (leaf.kind !== "value") return true;
  const { node } = leaf;
  return node.kind === "input" || (node.kind === "reduce" && ["mean", "max", "min"].includes(node.op));
}

/** Whether a value is known to lie near zero, whatever the data. */
export function isNear(form: Form): boolean {
  return form.every(({ leaf }) => leaf.size === "near");
}

/** Whether a part of a mean is in it. */
export function hasMean(form: Form): boolean {
  return form.some(({ leaf }) => leaf.ofMean);
}

/** The same for terms that have the same scales, in any order. */
export function scalesKey({ scales }: Pick<Term, "scales">): string {
  return scales
    .map(({ op, by }) => `${op} ${by.id}`)
    .sort()
    .join(",");
}

/** The same for terms that lie near each other. */
export function originOf(term: Term): string {
  const key = scalesKey(term);
  return key === "" ? term.leaf.origin : `${key},${term.leaf.origin}`;
}

export function termAxes({ scales, leaf }: Term): AxisSet {
  return scales.length === 0 ? leaf.axes : [...leaf.axes, ...scales.flatMap(({ by }) => by.axes)];
}

/** Adds up equal terms, and removes those that cancel, unless the value would lose an axis with them. */
export function withoutEqual(form: Form): Form {
  const known = new Map<string, Term>();
  for (const term of form) {
    const key = `${scalesKey(term)} of ${term.leaf.key}`;
    const before = known.get(key);
    known.set(key, before === undefined ? term : { ...term, factor: addUp([before, term]) });
  }
  const left = [...known.values()].filter((one) => one.factor !== 0);
  const axes = left.flatMap(termAxes);
  return left.length > 0 && form.every((one) => isSubset(termAxes(one), axes)) ? left : form;
}

/** The sum of the factors. 0.3 + 0.7 − 1 is 0, whatever is left of it in floating point. */
export function addUp(terms: Form): number {
  const sum = terms.reduce((all, one) => all + one.factor, 0);
  const size = terms.reduce((all, one) => all + Math.abs(one.factor), 0);
  return Math.abs(sum) < 1e-9 * size ? 0 : sum;
}

/** Far terms that cancel, all with the same scales or all of one origin. Their factors add up to 0. */
export interface Cancelling {
  readonly terms: Form;
  readonly sameOrigin: boolean;
}

export interface Cancellation {
  readonly groups: readonly Cancelling[];
  /** The far terms that are left. */
  readonly left: Form;
}

/** Which far terms cancel: first pairs that lie near each other, then any pairs, then more than two together. */
export function cancellationIn(form: Form): Cancellation {
  const groups: Cancelling[] = [];
  let left = form.filter(isFar);
  for (const keyOf of [originOf, scalesKey]) {
    const rest: Term[] = [];
    for (const term of left) {
      const other = rest.findIndex((one) => one.factor === -term.factor && keyOf(one) === keyOf(term));
      if (other < 0) {
        rest.push(term);
        continue;
      }
      const [found] = rest.splice(other, 1);
      const terms = term.factor < 0 ? [found, term] : [term, found];
      groups.push({ terms, sameOrigin: keyOf === originOf });
    }
    left = rest;
  }
  for (const key of new Set(left.map(scalesKey))) {
    const terms = left.filter((one) => scalesKey(one) === key);
    if (terms.length < 3 || addUp(terms) !== 0) continue;
    groups.push({ terms, sameOrigin: new Set(terms.map(originOf)).size === 1 });
    left = left.filter((one) => !terms.includes(one));
  }
  return { groups, left };
}

/** The terms of a reduction's operand that vary along its axes, and the others. */
export function splitAlong(form: Form, over: AxisSet): { varying: Form; constant: Form } {
  const varies = (one: Term): boolean => termAxes(one).some((axis) => over.includes(axis));
  return {
    varying: underOneScale(form.filter(varies), over),
    constant: form.filter((one) => !varies(one)),
  };
}

/** Brings the terms that have the same scales, varying ones among them, to one: `(x − s) · gamma` is one product. */
function underOneScale(varying: Form, over: AxisSet): Form {
  const groups = new Map<string, Term[]>();
  for (const term of varying) {
    const { inner } = innerOf(term, over);
    const key = inner.scales.length === 0 || !isFar(term) ? `${groups.size}` : scalesKey(term);
    groups.set(key, [...(groups.get(key) ?? []), term]);
  }
  return [...groups.values()].map((group): Term => {
    const [{ scales }] = group;
    if (group.length === 1) return group[0];
    const of = group.map((one) => ({ ...one, scales: [] }));
    const key = of.map((one) => `${one.factor} ${one.leaf.key}`).join(" ");
    const axes = [...new Set(of.flatMap(termAxes))];
    const size = cancellationIn(of).left.length === 0 ? "near" : "far";
    return {
      factor: 1,
      scales,
      leaf: { kind: "sum", key, axes, size, origin: key, ofMean: hasMean(of), of },
    };
  });
}

/** A term as `outer · inner`: the outer scales are the same along the axes. */
export function innerOf({ factor, scales, leaf }: Term, over: AxisSet): { outer: Term; inner: Term } {
  const isInner = ({ by }: Scale): boolean => by.axes.some((axis) => over.includes(axis));
  const inner = { factor: 1, scales: scales.filter(isInner), leaf };
  return { outer: { factor, scales: scales.filter((one) => !isInner(one)), leaf }, inner };
}

/** The term of a varying term that is one operand of moments by itself: it needs no difference before them. */
export function soleTerm(varying: Form, over: AxisSet): Term | undefined {
  if (varying.length !== 1 || varying[0].factor !== 1) return undefined;
  const { outer, inner } = innerOf(varying[0], over);
  return outer.scales.length === 0 ? inner : undefined;
}
