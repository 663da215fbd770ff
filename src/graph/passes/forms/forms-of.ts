/** Finds the form of each value of a graph (`form.ts`). */
import { minus } from "../../tensor/axes.ts";
import {
  type Graph,
  type MapNode,
  type Node,
  operands,
  type ReduceNode,
  reachable,
} from "../../tensor/graph.ts";
import {
  type Cancellation,
  cancellationIn,
  type Form,
  hasMean,
  innerOf,
  isFar,
  isNear,
  isPlace,
  type Leaf,
  negated,
  originOf,
  plainTerm,
  type Scale,
  type Size,
  scaled,
  scalesKey,
  soleTerm,
  splitAlong,
  type Term,
  termAxes,
  times,
  valueLeaf,
  withoutEqual,
} from "./form.ts";
import { withoutLastPart } from "./parts-of-one.ts";
import { sizesOf } from "./sizes.ts";
import { isWeightedDifference, weightedStatistic } from "./weighted.ts";

/** A value with more terms counts as a single one: a long chain of maxima would grow with its square. */
const mostTerms = 12;

/** Numbers of the spec up to this size cost no digits when they are added. */
const smallNumber = 16;

export interface Forms {
  of(node: Node): Form;
  /**
   * The terms of a sum, difference or comparison in which far values meet with opposite signs, one of them a mean. For
   * a comparison they are those of the first operand minus the second.
   */
  differenceOf(node: Node): Form | undefined;
  /** The terms of a sum, if terms cancel in it that do not stand beside each other as it is written. */
  regroupedOf(node: Node): Form | undefined;
  /** Whether a sum is far from zero whatever its differences are: `s + t · (mean − s)`. */
  staysFar(node: Node): boolean;
}

/** @param means whether means and sums are taken apart into shift and rest, or stay whole. */
export function formsOf(graph: Graph, means: "pairs" | "whole"): Forms {
  const nodes = reachable(graph.results.map((one) => one.value));
  const cotangents = dependOnCotangents(graph, nodes);
  const affines = new Set(graph.tensors.filter((one) => one.role === "affine").map((one) => one.name));
  const forms = new Map<Node, Form>();
  const differences = new Map<Node, Form>();
  const sizes = sizesOf();
  const regrouped = new Map<Node, Form>();
  const far = new Set<Node>();
  const of = (node: Node): Form => forms.get(node) as Form;

  for (const node of nodes) {
    const form = cotangents.has(node) ? ofCotangent(node) : formOf(node);
    forms.set(node, form.length > mostTerms ? [plainTerm(valueLeaf(node))] : form);
  }
  return {
    of,
    differenceOf: (node) => differences.get(node),
    regroupedOf: (node) => regrouped.get(node),
    staysFar: (node) => far.has(node),
  };

  function formOf(node: Node): Form {
    switch (node.kind) {
      case "literal":
        return whole(node, Math.abs(node.value) <= smallNumber ? "fixed" : "far");
      case "size":
      case "index":
        return whole(node, "fixed");
      case "input":
      case "param":
      case "pick":
        return whole(node);
      case "reduce":
        return ofReduction(node, of(node.arg));
      case "window":
        return node.op === "rest" ? whole(node, "near") : whole(node);
      case "map":
        return ofMap(node);
    }
  }

  function ofCotangent(node: Node): Form {
    if (node.kind === "map" && node.op === "add") return node.args.flatMap(of);
    return whole(node, "near");
  }

  function ofMap(node: MapNode): Form {
    const [a, b] = node.args;
    switch (node.op) {
      case "neg":
        return negated(of(a));
      case "add":
        return ofSum(node, of(a), of(b));
      case "sub":
        return ofSum(node, of(a), negated(of(b)));
      case "mul":
        return ofProduct(node, a, b);
      case "div":
        if (a.kind === "literal") return whole(node);
        if (weightedStatistic(node) !== undefined) return ofWeighted(node, of(weightedStatistic(node)!.arg));
        if (isNear(of(a))) return whole(node, "near");
        if (b.kind === "literal") return isFactor(b) ? times(of(a), 1 / b.value) : whole(node);
        return scaled(of(a), sizes.in(b, "div") ?? [{ op: "div", by: b, first: false }]);
      case "where":
        return ofChoice(node);
      case "lt":
      case "le":
      case "eq":
      case "ne": {
        const [first, second] = [of(a), negated(of(b))];
        if (!isHit(node) && meet(first, second)) differences.set(node, [...first, ...second]);
        return whole(node, "fixed");
      }
      default:
        return whole(node);
    }
  }

  function ofSum(node: MapNode, a: Form, b: Form): Form {
    if (isCentred(node) || isWeightedDifference(node)) return whole(node, "near");
    const form = withoutLastPart(graph, withoutEqual([...a, ...b]));
    if (!form.some((one) => one.regrouped) && !hasMean(form)) return form;
    const { groups, left } = cancellationIn(form);
    if (groups.some(({ terms }) => terms.some((one) => one.regrouped))) regrouped.set(node, form);
    if (remainsFar({ groups, left })) far.add(node);
    if (!meet(a, b)) return form;
    // Weighted means know more about their own terms (`weighted-moments.ts`).
    const isPlain = form.some(({ leaf }) => leaf.ofMean && leaf.kind !== "weighted");
    if (isPlain || !node.args.some((one) => weightedStatistic(one) !== undefined))
      differences.set(node, form);
    const near = left.length === 0 && groups.every((one) => one.sameOrigin);
    return near ? whole(node, "near") : form;
  }

  function ofProduct(node: MapNode, a: Node, b: Node): Form {
    if (isNear(of(a)) || isNear(of(b))) return whole(node, "near");
    const [carried, by] = carriesFirst(a, b) ? [a, b] : [b, a];
    const form = of(carried);
    if (form.every((one) => !isFar(one))) return whole(node, "fixed");
    if (by.kind === "literal") return isFactor(by) ? times(form, by.value) : whole(node);
    const size = sizes.in(by, "mul");
    if (size !== undefined) return scaled(form, size);
    const scale: Scale = { op: "mul", by, first: by === a };
    const difference = by.kind === "map" && by.op === "sub" && by.args[0].kind === "literal" ? by : undefined;
    if (difference === undefined || !form.filter(isFar).every(isPlace)) return scaled(form, [scale]);
    // (c − t) · v → c · v − t · v
    const [c, t] = difference.args;
    const all = [
      ...times(form, c.kind === "literal" ? c.value : 1),
      ...negated(scaled(form, [{ ...scale, by: t }])),
    ];
    return all.map((one): Term => ({ ...one, regrouped: true }));
  }

  /** Whether the first of two factors is the value, and the second its scale. */
  function carriesFirst(a: Node, b: Node): boolean {
    const [first, second] = [hasMean(of(a)), hasMean(of(b))];
    if (first !== second) return first;
    if (a.axes.length !== b.axes.length) return a.axes.length > b.axes.length;
    const isData = (node: Node): boolean =>
      of(node).some(
        ({ leaf }) => leaf.kind === "value" && leaf.node.kind === "input" && !affines.has(leaf.node.tensor),
      );
    return isData(a) || !isData(b);
  }

  function ofChoice(node: MapNode): Form {
    const [condition, a, b] = node.args;
    if (!hasMean(of(a)) && !hasMean(of(b))) return whole(node);
    const choice = (size: Size, from: Form, or: Form): Term => {
      const origins = new Set([...from, ...or].map((one) => one.leaf.origin));
      const key = `${size} part of n${node.id}`;
      const origin = origins.size === 1 ? [...origins][0] : key;
      const shared = { key, axes: node.axes, size, origin, ofMean: true };
      return plainTerm({ kind: "choice", ...shared, condition, a: from, b: or });
    };
    const isSmall = (one: Term): boolean => !isFar(one);
    const [nearA, nearB] = [of(a).filter(isSmall), of(b).filter(isSmall)];
    const large = choice("far", of(a).filter(isFar), of(b).filter(isFar));
    return nearA.length + nearB.length === 0 ? [large] : [large, choice("near", nearA, nearB)];
  }

  /** Those with a weight are pairs of their own (`weighted-moments.ts`). */
  function ofWeighted(node: Node, arg: Form): Form {
    if (isNear(arg)) return whole(node, "near");
    const far = arg.filter(isFar);
    if (far.length === 0) return whole(node, "fixed");
    const origin = far.length === 1 ? originOf(far[0]) : `n${node.id}`;
    if (means === "whole") return [plainTerm({ ...valueLeaf(node, "far", origin), ofMean: true })];
    const { axes } = node;
    const base: Leaf = {
      kind: "weighted",
      key: `base n${node.id}`,
      axes,
      size: "far",
      origin,
      ofMean: true,
      statistic: node,
      part: "base",
    };
    const key = `rest n${node.id}`;
    return [plainTerm(base), plainTerm({ ...base, key, size: "near", origin: key, part: "rest" })];
  }

  function ofReduction(node: ReduceNode, arg: Form): Form {
    const { op, over } = node;
    if (node.weight !== undefined) return op === "mean" ? ofWeighted(node, arg) : whole(node);
    if (op !== "mean" && op !== "sum" && op !== "max" && op !== "min") return whole(node);
    if (isNear(arg)) return whole(node, "near");
    const { varying, constant } = splitAlong(arg, over);
    if (!arg.some(isFar)) return whole(node, "fixed");
    if (varying.length === 0) return whole(node);
    const sole = soleTerm(varying, over);
    if (means === "whole") {
      const leaf = valueLeaf(node, "far", sole?.leaf.origin);
      return [plainTerm({ ...leaf, ofMean: op === "mean" })];
    }
    const isExtremum = op === "max" || op === "min";
    if (isExtremum && sole !== undefined && sole.scales.length === 0 && constant.length === 0) {
      return [plainTerm({ ...valueLeaf(node, "far", sole.leaf.origin), ofMean: true })];
    }
    const terms = termsOf(node, arg) as Form;
    return op === "sum" ? scaled(terms, sizes.of(over, "mul")) : terms;
  }

  /** Whether far terms of both operands meet with opposite signs, and one of them is part of a mean. */
  function meet(a: Form, b: Form): boolean {
    if (!hasMean(a) && !hasMean(b)) return false;
    const first = cancellationIn(a).left;
    const second = cancellationIn(b).left;
    return first.some((one) => second.some((other) => cancel(one, other)));
  }
}

type Centred = MapNode & { readonly args: readonly [Node, ReduceNode] };

/** x − mean(x over A), the difference that every standardization has. */
export function isCentred(node: Node): node is Centred {
  if (node.kind !== "map" || node.op !== "sub") return false;
  const [x, mean] = node.args;
  return mean.kind === "reduce" && mean.op === "mean" && mean.weight === undefined && mean.arg === x;
}

/** A sum only counts beside another one, or divided by its size: `1 - sum(p over C)` is not about the distance of data. */
function cancel(a: Term, b: Term): boolean {
  const sizeOf = (one: Term): string =>
    scalesKey({ scales: one.scales.filter(({ by }) => by.kind === "size") });
  return a.factor < 0 !== b.factor < 0 && sizeOf(a) === sizeOf(b);
}

/** v = max(v over A): the elements that a maximum or minimum came from. */
export function isHit(node: Node): node is Hit {
  if (node.kind !== "map" || node.op !== "eq") return false;
  const [v, extremum] = node.args;
  return extremum.kind === "reduce" && extremum.arg === v;
}

type Hit = MapNode & { readonly args: readonly [Node, ReduceNode] };

/**
 * A mean, maximum or minimum as what is the same along its axes, a shift for each varying term, and the rest. Undefined if
 * nothing varies.
 */
export function termsOf(node: ReduceNode, arg: Form): Form | undefined {
  const { varying, constant } = splitAlong(arg, node.over);
  if (varying.length === 0) return undefined;
  const ofMean = node.op === "mean" || node.op === "sum" || hasMean(arg);
  // The maximum of one term is as exact as that term.
  const sole = node.op === "max" || node.op === "min" ? soleTerm(varying, node.over) : undefined;
  const shifts =
    sole === undefined ? varying.flatMap((one) => (isRest(one) ? [] : [shiftOf(one, node, ofMean)])) : [];
  const axes = new Set(varying.flatMap(termAxes));
  const key = `rest n${node.id}`;
  const left = node.axes.filter((one) => axes.has(one));
  const size = sole?.leaf.size ?? "near";
  const rest: Leaf = { kind: "rest", key, axes: left, size, origin: key, ofMean, of: node };
  return [...constant, ...shifts, plainTerm(rest)];
}

/** The rest of a mean needs no shift. */
export function isRest({ leaf }: Term): boolean {
  if (leaf.kind === "weighted") return leaf.part === "rest";
  return leaf.kind === "rest" || (leaf.kind === "choice" && leaf.size === "near");
}

function shiftOf(term: Term, like: ReduceNode, ofMean: boolean): Term {
  const { outer, inner } = innerOf(term, like.over);
  const over = like.over.filter((axis) => termAxes(inner).includes(axis));
  const scales = inner.scales.map((one) => `${one.op} ${one.by.id} `).join("");
  const key = `shift ${scales}${inner.leaf.key} over ${over.join(" ")}`;
  const axes = minus([...new Set(termAxes(inner))], over);
  const { size, origin } = inner.leaf;
  const leaf: Leaf = { kind: "shift", key, axes, size, origin, ofMean, inner, over, like };
  return { ...outer, leaf };
}

/** Whether a number can be taken out of a product: 1e30 and 1e-30 could leave f32 without what stands beside them. */
function isFactor({ value }: { readonly value: number }): boolean {
  return Math.abs(value) > 1e-6 && Math.abs(value) < 1e6;
}

function whole(node: Node, size: Size = "far"): Form {
  return [plainTerm(valueLeaf(node, size))];
}

/** Whether far values of one sign remain, and all that cancels beside them are differences from those same values. */
function remainsFar({ groups, left }: Cancellation): boolean {
  const known = new Set(left.map((one) => one.leaf.key));
  return (
    left.length > 0 &&
    left.every((one) => one.factor < 0 === left[0].factor < 0) &&
    groups.every(({ terms }) => terms.some((one) => known.has(one.leaf.key)))
  );
}

/** The values that depend on the cotangent of an output. Those lie near zero. */
function dependOnCotangents({ tensors }: Graph, nodes: readonly Node[]): Set<Node> {
  const names = new Set(
    tensors.filter((one) => one.role === "input" && one.gradientOf !== undefined).map((one) => one.name),
  );
  const found = new Set<Node>();
  for (const node of nodes) {
    if (node.kind === "input" ? names.has(node.tensor) : operands(node).some((one) => found.has(one))) {
      found.add(node);
    }
  }
  return found;
}
