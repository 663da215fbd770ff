/**
 * A value as a sum of terms: `x − mean(x over A)` is +x − shift − rest. The terms say which large numbers a value
 * consists of, so that a difference can subtract these from one another before anything small is added to them.
 */
import { type AxisSet, isSubset } from "../../tensor/axes.ts";
import type { Node, ReduceNode } from "../../tensor/graph.ts";

/** A sum. The nodes in it are those of the graph before the pass. */
export type Form = readonly Term[];

export interface Term {
  readonly negative: boolean;
  /** What the leaf is multiplied with and divided by, in this order. */
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
  /** where(condition, a, b) of some of the terms of both branches. */
  | { readonly kind: "choice"; readonly condition: Node; readonly a: Form; readonly b: Form }
  /** Several leaves under one scale. */
  | { readonly kind: "sum"; readonly of: Form }
);

export function valueLeaf(node: Node, size: Size = "far", origin = `n${node.id}`): Leaf {
  return { kind: "value", key: `n${node.id}`, node, axes: node.axes, size, origin, ofMean: false };
}

export function plainTerm(leaf: Leaf): Term {
  return { negative: false, scales: [], leaf };
}

export function negated(form: Form): Form {
  return form.map((one) => ({ ...one, negative: !one.negative }));
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

/** Removes terms that cancel exactly, unless the value would lose an axis with them. */
export function withoutEqual(form: Form): Form {
  const left: Term[] = [];
  for (const term of form) {
    const same = left.findIndex(
      (one) =>
        one.negative !== term.negative &&
        one.leaf.key === term.leaf.key &&
        scalesKey(one) === scalesKey(term),
    );
    if (same < 0) left.push(term);
    else left.splice(same, 1);
  }
  const axes = left.flatMap(termAxes);
  return left.length > 0 && form.every((one) => isSubset(termAxes(one), axes)) ? left : form;
}

export interface Pair {
  readonly plus: Term;
  readonly minus: Term;
}

/** Pairs of far terms of opposite signs, those that lie nearest to each other first, and the far terms that are left. */
export interface Pairs {
  readonly pairs: readonly (Pair & { readonly sameOrigin: boolean })[];
  readonly left: readonly Term[];
}

export function pairsOf(form: Form): Pairs {
  let left = form.filter(isFar);
  const pairs: (Pair & { sameOrigin: boolean })[] = [];
  for (const keyOf of [originOf, scalesKey]) {
    const rest: Term[] = [];
    for (const term of left) {
      const other = rest.findIndex((one) => one.negative !== term.negative && keyOf(one) === keyOf(term));
      if (other < 0) {
        rest.push(term);
        continue;
      }
      const [found] = rest.splice(other, 1);
      const [plus, minus] = term.negative ? [found, term] : [term, found];
      pairs.push({ plus, minus, sameOrigin: keyOf === originOf });
    }
    left = rest;
  }
  return { pairs, left };
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
    const key = of.map((one) => `${one.negative ? "-" : "+"}${one.leaf.key}`).join(" ");
    const axes = [...new Set(of.flatMap(termAxes))];
    return {
      negative: false,
      scales,
      leaf: { kind: "sum", key, axes, size: "far", origin: key, ofMean: hasMean(of), of },
    };
  });
}

/** A term as `outer · inner`: the outer scales are the same along the axes. */
export function innerOf({ negative, scales, leaf }: Term, over: AxisSet): { outer: Term; inner: Term } {
  const isInner = ({ by }: Scale): boolean => by.axes.some((axis) => over.includes(axis));
  const inner = { negative: false, scales: scales.filter(isInner), leaf };
  return { outer: { negative, scales: scales.filter((one) => !isInner(one)), leaf }, inner };
}

/** The term of a varying term that is one operand of moments by itself: it needs no difference before them. */
export function soleTerm(varying: Form, over: AxisSet): Term | undefined {
  if (varying.length !== 1 || varying[0].negative) return undefined;
  const { outer, inner } = innerOf(varying[0], over);
  return outer.scales.length === 0 ? inner : undefined;
}
