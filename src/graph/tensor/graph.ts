/**
 * The tensor graph: pure nodes over named axes. One graph is one norm in one mode.
 *
 * A node's `axes` are factors (a split axis has several, any other axis is one), in the order of the spec. They say
 * along what the node varies; they are not a layout. Operands align by name, so broadcasting needs no node. Equal nodes
 * are one node. `id` grows from operand to user, so ascending ids are an order of evaluation.
 */

import type { InitialValue } from "../../program/initial-value.ts";
import type { IntegerType } from "../../program/integers.ts";
import type { Mode } from "../../program/program.ts";
import type { Operator } from "../operators/operators.ts";
import { type AxisSet, union } from "./axes.ts";

/**
 * `var` is the biased variance. `stabilise` makes the moments of a mean and a variance: `shift` is any number near the
 * values of the operand, the same for all users of one operand, weight and axes; `rest` is the mean of the operand minus
 * the shift; `spread` is the biased variance again, computed from the same differences.
 *
 * `rescale` gives squares whose sum may leave f32 a power of two: `scaledSpread` is the spread of the operand times
 * `scale`, `scaledSum` the sum of an operand of squares times `sumScale`². The power is 1 for nearly all rows.
 */
export type ReduceOperator = "sum" | "mean" | "var" | "max" | "min" | Moment | ScaledSum;

export type ScaledSum = "scaledSum" | "sumScale";

export function isScaledSum(op: ReduceOperator): op is ScaledSum {
  return op === "scaledSum" || op === "sumScale";
}

export type Moment = PlainMoment | ScaledMoment | WeightedMoment;

export type PlainMoment = "shift" | "rest" | "spread";

export type ScaledMoment = "shift" | "rest" | "scaledSpread" | "scale";

/**
 * The moments of an operand x with a weight w. `excess` is Σ w·(x − shift), `squares` is Σ w·(x − shift)², `total` is
 * Σ w. None of them is divided by the total, so that they stay finite where the weights add up to zero.
 */
export type WeightedMoment = "shift" | "excess" | "squares" | "total";

export const plainMoments: readonly PlainMoment[] = ["shift", "rest", "spread"];
export const scaledMoments: readonly ScaledMoment[] = ["shift", "rest", "scaledSpread", "scale"];
export const weightedMoments: readonly WeightedMoment[] = ["shift", "excess", "squares", "total"];

const moments: ReadonlySet<ReduceOperator> = new Set([...plainMoments, ...scaledMoments, ...weightedMoments]);

export function isMoment(op: ReduceOperator): op is Moment {
  return moments.has(op);
}

/** A key that is the same for the moments of one operand with one weight over the same axes. */
export function momentKey({ arg, weight, over }: Pick<ReduceNode, "arg" | "weight" | "over">): string {
  return `${arg.id} ${weight?.id ?? ""} over ${over.join(" ")}`;
}

export type Node =
  | InputNode
  | { readonly kind: "literal"; readonly id: number; readonly value: number; readonly axes: AxisSet }
  | { readonly kind: "param"; readonly id: number; readonly param: string; readonly axes: AxisSet }
  /** The product of the extents of `over`. */
  | { readonly kind: "size"; readonly id: number; readonly over: AxisSet; readonly axes: AxisSet }
  /** The coordinate along one axis. */
  | { readonly kind: "index"; readonly id: number; readonly axis: string; readonly axes: AxisSet }
  | MapNode
  | ReduceNode
  | WindowNode
  | PickNode;

/**
 * The element of a tensor at the node's coordinates; along the axes in `at`, at other ones. `tensorAxes` are the axes of
 * the tensor. Picks in `at` are in range: `sinkPicks` makes them, and has written the check.
 */
export interface InputNode {
  readonly kind: "input";
  readonly id: number;
  readonly tensor: string;
  readonly tensorAxes: AxisSet;
  readonly at: readonly Place[];
  readonly axes: AxisSet;
}

/** A coordinate along one axis, as a value. Whatever is not whole or lies outside of the axis is no place. */
export interface Place {
  readonly axis: string;
  readonly index: Node;
}

/**
 * A value at other coordinates: along the axes in `at`, those that are given there, all at once; along all others, the
 * node's own. Where a place is none, the value is NaN. `at` is never empty, and its axes are axes of the operand. An
 * index may have any axes, also those that are picked along.
 */
export interface PickNode {
  readonly kind: "pick";
  readonly id: number;
  readonly arg: Node;
  readonly at: readonly Place[];
  readonly axes: AxisSet;
}

export interface MapNode {
  readonly kind: "map";
  readonly id: number;
  readonly op: Operator;
  readonly args: readonly Node[];
  readonly axes: AxisSet;
}

/**
 * `over` is never empty and always among the axes of the operand and its weight.
 *
 * With a weight, `sum` is Σ w·x, `mean` is Σ w·x / Σ w, and `var` is Σ w·(x − mean)² / Σ w.
 */
export interface ReduceNode {
  readonly kind: "reduce";
  readonly id: number;
  readonly op: ReduceOperator;
  readonly arg: Node;
  /** Of a sum, a mean, a variance, and their moments. */
  readonly weight?: Node;
  readonly over: AxisSet;
  /**
   * Of a scale and what is scaled: what is added to the squares before their root is taken, or is their least value. If
   * it is not small, small squares need no power of two.
   */
  readonly floor?: Node;
  readonly axes: AxisSet;
}

/**
 * A reduction over a window around each coordinate. It keeps the axes of its operand. Coordinates outside an axis do not
 * exist: a sum adds what is there, a mean and a variance divide by how many are there.
 *
 * `rest` is the mean minus the element itself; `stabilise` makes it. `matches` has three operands, value, key and own: it
 * adds up the values at those coordinates of the window whose key equals `own` at the coordinate itself; `pull` has the
 * same operands and adds up value · (own − key). Gradients of extremes and of variances are made of them.
 */
export type WindowOperator = "sum" | "mean" | "var" | "max" | "min" | "rest" | "matches" | "pull";

/** `over` is never empty, names an axis once, and names axes of the operands. */
export interface WindowNode {
  readonly kind: "window";
  readonly id: number;
  readonly op: WindowOperator;
  readonly args: readonly Node[];
  readonly over: readonly Window[];
  readonly axes: AxisSet;
}

/** How far a window reaches along an axis, from the coordinate itself: how many coordinates before it, how many after. */
export interface Window {
  readonly axis: string;
  readonly before: Reach;
  readonly after: Reach;
}

/**
 * `all`: to the end of the axis. Of a centred window of `param` coordinates, `lower` is what lies before the coordinate,
 * floor((n - 1) / 2), and `upper` what lies after it, ceil((n - 1) / 2).
 */
export type Reach =
  | { readonly kind: "fixed"; readonly count: number }
  | { readonly kind: "param"; readonly param: string; readonly share: "whole" | "lower" | "upper" }
  | { readonly kind: "all" };

export interface GraphAxis {
  readonly name: string;
  readonly variadic: boolean;
  readonly factors: readonly GraphFactor[];
}

export interface GraphFactor {
  readonly name: string;
  readonly extent: number | { readonly param: string } | { readonly axis: string } | null;
}

export interface GraphParam {
  readonly name: string;
  readonly initial: number;
  readonly kind: ParamKind;
}

/** `window` and `reach`: how long a window is (from 1), and how far it reaches to one side (from 0). */
export type ParamKind = "number" | "extent" | "window" | "reach";

export interface GraphTensor {
  readonly name: string;
  /** `saved`: the forward pass writes it, the backward pass reads it. */
  readonly role: "input" | "affine" | "state" | "output" | "saved";
  /** Names of axes or of single factors, slowest first. */
  readonly dims: readonly string[];
  /** `dims` with split axes written as their factors. */
  readonly factors: readonly string[];
  /** The element type that the spec gives to an input or an output. Without one it is a float, chosen at run time. */
  readonly dtype?: IntegerType;
  readonly initial?: InitialValue;
  /** Of a saved value: the buffer in which all saved values lie, one after the other. */
  readonly within?: string;
  /** The forward tensor by which the loss is derived here: of an output a gradient, of an input the cotangent. */
  readonly gradientOf?: string;
}

export interface Graph {
  readonly norm: string;
  readonly mode: Mode | null;
  readonly axes: readonly GraphAxis[];
  /** All factors, in order. */
  readonly factors: AxisSet;
  readonly params: readonly GraphParam[];
  readonly tensors: readonly GraphTensor[];
  /** Outputs and the new values of states. The tensor of that name gives the layout. */
  readonly results: readonly Result[];
  /**
   * What the spec itself says about the backward pass (`on backward`): gradients `d_x` in place of derived ones, and new
   * values of states. They read cotangents as inputs `d_y`, which are not among the tensors. Only differentiation reads
   * it; the pass `forget` leaves it out.
   */
  readonly backward?: readonly Result[];
}

export interface Result {
  readonly tensor: string;
  readonly value: Node;
}

/** The factors whose extent the spec fixes. */
export function fixedFactors({ axes }: Pick<Graph, "axes">): Set<string> {
  const factors = axes.flatMap((axis) => axis.factors);
  return new Set(factors.filter((one) => typeof one.extent === "number").map((one) => one.name));
}

/** By factor, the extents that the spec fixes. */
export function fixedExtents({ axes }: Pick<Graph, "axes">): Map<string, number> {
  const factors = axes.flatMap((axis) => axis.factors);
  return new Map(
    factors.flatMap(({ name, extent }) => (typeof extent === "number" ? [[name, extent] as const] : [])),
  );
}

/** The operands of a node. */
export function operands(node: Node): readonly Node[] {
  switch (node.kind) {
    case "map":
      return node.args;
    case "reduce":
      return [node.arg, node.weight, node.floor].filter((one) => one !== undefined);
    case "window":
      return node.args;
    case "pick":
      return [node.arg, ...node.at.map((one) => one.index)];
    case "input":
      return node.at.map((one) => one.index);
    case "literal":
    case "param":
    case "size":
    case "index":
      return [];
  }
}

/** The axes of what a reduction reduces: those of its operand and of its weight. */
export function termAxes(factors: AxisSet, { arg, weight }: ReduceNode): AxisSet {
  return weight === undefined ? arg.axes : union(factors, arg.axes, weight.axes);
}

/** Every node that the roots need, operands before users. `below` gives the nodes that a node needs. */
export function reachable(roots: readonly Node[], below: (node: Node) => readonly Node[] = operands): Node[] {
  // By number and not in a set: this is called for each node of a graph, and took a tenth of a build.
  const seen: (Node | undefined)[] = [];
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const known = seen[node.id];
    if (known === node) continue;
    if (known !== undefined) return reachableOfSeveral(roots, below);
    while (seen.length < node.id) seen.push(undefined);
    seen[node.id] = node;
    for (const one of below(node)) pending.push(one);
  }
  return seen.filter((one) => one !== undefined);
}

/** The same for nodes of several builders, which may have the same number. */
function reachableOfSeveral(roots: readonly Node[], below: (node: Node) => readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...below(node));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The names of the tensors that values read. */
export function tensorsIn(values: readonly Node[]): Set<string> {
  return new Set(reachable(values).flatMap((one) => (one.kind === "input" ? [one.tensor] : [])));
}
