/**
 * The tensor graph: pure nodes over named axes. One graph is one norm in one mode.
 *
 * A node's `axes` are factors (the parts of split axes, and axes that are not split), in the spec's order; they say
 * what it varies over, not a layout. Operands align by name, so broadcasting needs no node of its own. Nodes are
 * shared (equal nodes are one node) and `id` grows from operand to user: ascending ids are an order of evaluation.
 */

import type { Mode } from "../../program/program.ts";
import type { Operator } from "../operators/operators.ts";
import type { AxisSet } from "./axes.ts";

/**
 * `var` is the biased variance. The last three are what `stabilise` makes of a mean and a variance: `shift` is any
 * number near the operand's values, the same for all users of one operand and axes; `rest` is the mean of the operand
 * minus the shift; `spread` is the biased variance again, to be computed from the same differences.
 */
export type ReduceOperator = "sum" | "mean" | "var" | "max" | "min" | Moment;

export type Moment = "shift" | "rest" | "spread";

export function isMoment(op: ReduceOperator): op is Moment {
  return op === "shift" || op === "rest" || op === "spread";
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

/** `over` is never empty and always among the operand's axes. */
export interface ReduceNode {
  readonly kind: "reduce";
  readonly id: number;
  readonly op: ReduceOperator;
  readonly arg: Node;
  readonly over: AxisSet;
  readonly axes: AxisSet;
}

export interface GraphAxis {
  readonly name: string;
  readonly variadic: boolean;
  readonly factors: readonly GraphFactor[];
}

export interface GraphFactor {
  readonly name: string;
  readonly extent: number | { readonly param: string } | null;
}

export interface GraphParam {
  readonly name: string;
  readonly initial: number;
  readonly kind: "number" | "extent";
}

export interface GraphTensor {
  readonly name: string;
  /** `saved`: what the forward pass keeps for the backward one; written by the one, read by the other. */
  readonly role: "input" | "affine" | "state" | "output" | "saved";
  /** Names of axes or of single factors, slowest first. */
  readonly dims: readonly string[];
  /** `dims` with split axes written as their factors. */
  readonly factors: readonly string[];
  readonly initial?: number;
  /** Of what is saved: the buffer in which all of it lies, one value behind the other. */
  readonly within?: string;
}

export interface Graph {
  readonly norm: string;
  readonly mode: Mode | null;
  readonly axes: readonly GraphAxis[];
  /** All factors, in order. */
  readonly factors: AxisSet;
  readonly params: readonly GraphParam[];
  readonly tensors: readonly GraphTensor[];
  /** What is computed: outputs, and the new values of states. The tensor of that name says the layout. */
  readonly results: readonly Result[];
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
      return [node.arg];
    case "input":
    case "literal":
    case "param":
    case "size":
    case "index":
      return [];
  }
}

/** Every node that the roots need, operands before users. `below` says what one needs, where that is not its operands. */
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
