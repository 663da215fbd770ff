/**
 * Reverse-mode differentiation, from graph to graph. The backward graph of a norm reads tensors of the forward graph and
 * a cotangent `d_y` for each output, and computes `d_x`, `d_gamma`, … It contains the forward nodes that it uses, so
 * nothing is saved between the two. A gradient that the norm states itself (`on backward`) takes the place of the derived
 * one, and the states that it updates there are results of the backward graph.
 */

import { takeValue } from "../passes/forget.ts";
import { recognise } from "../passes/recognise.ts";
import { regroup } from "../passes/regroup.ts";
import { simplify } from "../passes/simplify.ts";
import { centreWindows } from "../passes/windows.ts";
import type { AxisSet } from "../tensor/axes.ts";
import { createBuilder, type GraphBuilder } from "../tensor/builder.ts";
import { gradientName } from "../tensor/gradient-name.ts";
import {
  fixedExtents,
  type Graph,
  type GraphTensor,
  type Node,
  operands,
  type Result,
  tensorsIn,
  termAxes,
} from "../tensor/graph.ts";
import type { KnownExtent } from "../tensor/index-range.ts";
import { rebuildAll, rewriteAll } from "../tensor/rewrite.ts";
import { tidy } from "./algebra/tidy.ts";
import { sumToAxes } from "./cotangent.ts";
import { differentiable, nameClash, withCotangent } from "./gradient-names.ts";
import { pickVjp } from "./pick-vjp.ts";
import { type Contribution, reduceVjp, vjps } from "./vjp.ts";
import { windowVjp } from "./window-vjp.ts";

export interface DifferentiateOptions {
  /** The inputs and affines to compute gradients of. The default is all of them. */
  readonly of?: readonly string[];
}

/** The graph must be free of `nameClash`. */
export function differentiate(graph: Graph, options: DifferentiateOptions = {}): Graph {
  const clash = nameClash(graph);
  if (clash !== undefined) throw new Error(`${graph.norm} has a tensor or param ${clash.name} of its own`);
  const all = differentiable(graph);
  const wanted = all.filter((one) => options.of?.includes(one.name) ?? true);
  const missing = options.of?.find((name) => !all.some((one) => one.name === name));
  if (missing !== undefined) throw new Error(`${graph.norm} has no input or affine ${missing}`);

  const stated = graph.backward ?? [];
  const forward = inOneSpelling(graph);
  const g = createBuilder(graph.factors);
  const { values, outputs, own } = copyForward(g, forward, new Set(stated.map((one) => one.tensor)));
  const derived = wanted.map((one) => one.name).filter((name) => !own.has(gradientName(name)));
  const fixed = fixedExtents(graph);
  const gradients = sweep(g, (factor) => fixed.get(factor), values, outputs, derived);
  const made = wanted.map(({ name }): Result => {
    const tensor = gradientName(name);
    // The gradient of a tensor that no output depends on is zero.
    return { tensor, value: own.get(tensor) ?? gradients.get(name) ?? g.literal(0) };
  });
  for (const { name, role } of graph.tensors) {
    const value = role === "state" ? own.get(name) : undefined;
    if (value !== undefined) made.push({ tensor: name, value });
  }
  // Before algebra, which so sees that `with_gradient_of(a, b)` and `a` are the same number.
  const settled = rewriteAll(g, [...made.map((one) => one.value), ...values], takeValue);
  const results = tidy(
    g,
    made.map((one) => ({ ...one, value: settled.get(one.value) as Node })),
    new Set(values.map((one) => settled.get(one) as Node)),
  );
  const cotangents = withCotangent(graph).map(
    (one): GraphTensor => ({
      ...one,
      name: gradientName(one.name),
      role: "input",
      gradientOf: one.name,
    }),
  );
  const written = wanted.map(
    ({ name, dims, factors }): GraphTensor => ({
      name: gradientName(name),
      role: "output",
      dims,
      factors,
      gradientOf: name,
    }),
  );
  const kept = neededTensors(graph.tensors, results, cotangents);
  const { backward: _, ...rest } = graph;
  return simplify({ ...rest, tensors: [...kept, ...cotangents, ...written], results });
}

/** By graph: a norm is differentiated for its inputs, its affines and both. */
const spelt = new WeakMap<Graph, Graph>();

/**
 * Brings the spellings of mean and variance to one, so that one rule is exact for all of them. What the norm states about its
 * backward pass is among the results.
 */
function inOneSpelling(graph: Graph): Graph {
  const results = [...graph.results, ...(graph.backward ?? [])];
  const found = spelt.get(graph) ?? regroup(centreWindows(recognise(simplify({ ...graph, results }))));
  spelt.set(graph, found);
  return found;
}

/**
 * The forward nodes, made again by `g`, and the values of the outputs, without the updates of states.
 * @param stated the results that the norm states about its backward pass. `own` has their values by name.
 */
function copyForward(
  g: GraphBuilder,
  forward: Graph,
  stated: ReadonlySet<string>,
): {
  readonly values: readonly Node[];
  readonly outputs: readonly (Result & { readonly cotangent: Node })[];
  readonly own: ReadonlyMap<string, Node>;
} {
  const isOutput = new Map(withCotangent(forward).map((one) => [one.name, one]));
  const results = forward.results.filter((one) => isOutput.has(one.tensor));
  const made = rebuildAll(
    g,
    results.map((one) => one.value),
  );
  const outputs = results.map(({ tensor, value }) => ({
    tensor,
    value: made.get(value) as Node,
    cotangent: g.input(gradientName(tensor), isOutput.get(tensor)?.factors ?? []),
  }));
  const last = forward.results.filter((one) => stated.has(one.tensor));
  const values = [...made.values()];
  const more = rebuildAll(
    g,
    last.map((one) => one.value),
  );
  return { values, outputs, own: new Map(last.map((one) => [one.tensor, more.get(one.value) as Node])) };
}

/** Goes from the outputs back to the inputs. Each node hands its cotangent to its operands, users before operands. */
function sweep(
  g: GraphBuilder,
  extentOf: KnownExtent,
  values: readonly Node[],
  outputs: readonly (Result & { readonly cotangent: Node })[],
  wanted: readonly string[],
): Map<string, Node> {
  const active = dependsOn(values, wanted);
  const cotangents = new Map<Node, Node>();
  const add = (to: Node, cotangent: Node): void => {
    if (!active.has(to)) return;
    const before = cotangents.get(to);
    cotangents.set(to, before === undefined ? cotangent : g.add(before, cotangent));
  };
  for (const { value, cotangent } of outputs) {
    add(value, sumToAxes(g, cotangent, cotangent.axes, value.axes));
  }
  const gradients = new Map<string, Node>();
  for (const node of [...values].sort((a, b) => b.id - a.id)) {
    const d = cotangents.get(node);
    if (d === undefined) continue;
    if (node.kind === "input") gradients.set(node.tensor, d);
    for (const [to, cotangent] of contributions(g, d, node, extentOf)) {
      add(to, sumToAxes(g, cotangent, userAxes(g, node, to), to.axes));
    }
  }
  return gradients;
}

/** The axes that the cotangent of an operand is summed from. That of a pick is over the operand's axes already. */
function userAxes(g: GraphBuilder, node: Node, to: Node): AxisSet {
  if (node.kind === "pick") return to.axes;
  return node.kind === "reduce" ? termAxes(g.factors, node) : node.axes;
}

function contributions(g: GraphBuilder, d: Node, node: Node, extentOf: KnownExtent): readonly Contribution[] {
  switch (node.kind) {
    case "map":
      return vjps[node.op](g, d, node);
    case "reduce":
      return reduceVjp(g, d, node);
    case "window":
      return [[node.args[0], windowVjp(g, d, node)]];
    // An index is no number that a loss depends on smoothly: it gets no gradient.
    case "pick":
      return [[node.arg, pickVjp(g, d, node, extentOf)]];
    case "input":
    case "literal":
    case "param":
    case "size":
    case "index":
      return [];
  }
}

/** The nodes that depend on a wanted tensor. No other node needs a cotangent. */
function dependsOn(values: readonly Node[], wanted: readonly string[]): Set<Node> {
  const active = new Set<Node>();
  for (const node of values) {
    const own = node.kind === "input" && wanted.includes(node.tensor);
    if (own || operands(node).some((one) => active.has(one))) active.add(node);
  }
  return active;
}

/** The tensors that the results read, the states that they update, and those that give an extent that no other tensor gives. */
export function neededTensors(
  tensors: readonly GraphTensor[],
  results: readonly Result[],
  cotangents: readonly GraphTensor[],
): GraphTensor[] {
  const read = tensorsIn(results.map((one) => one.value));
  const given = tensors.filter((one) => one.role !== "output");
  // A caller may omit an affine, so it gives the extent of an axis only if no input has that axis.
  const inputs = given.filter((one) => one.role === "input");
  const known = new Set(
    [...cotangents, ...inputs.filter((one) => read.has(one.name))].flatMap((one) => one.dims),
  );
  for (const one of [...inputs, ...given.filter((other) => other.role !== "input")]) {
    if (one.dims.every((dim) => known.has(dim))) continue;
    read.add(one.name);
    for (const dim of one.dims) known.add(dim);
  }
  const updated = new Set(results.map((one) => one.tensor));
  return given.filter((one) => read.has(one.name) || updated.has(one.name));
}
