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
  /** The element of a tensor at the node's coordinates. */
  | { readonly kind: "input"; readonly id: number; readonly tensor: string; readonly axes: AxisSet }
  | { readonly kind: "literal"; readonly id: number; readonly value: number; readonly axes: AxisSet }
  | { readonly kind: "param"; readonly id: number; readonly param: string; readonly axes: AxisSet }
  /** The product of the extents of `over`. */
  | { readonly kind: "size"; readonly id: number; readonly over: AxisSet; readonly axes: AxisSet }
  /** The coordinate along one axis. */
  | { readonly kind: "index"; readonly id: number; readonly axis: string; readonly axes: AxisSet }
  | MapNode
  | ReduceNode;

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
  readonly kind: "number" | "extent";
}

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

/** The operands of a node. */
export function operands(node: Node): readonly Node[] {
  switch (node.kind) {
    case "map":
      return node.args;
    case "reduce":
      return [node.arg, node.weight, node.floor].filter((one) => one !== undefined);
    case "input":
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
