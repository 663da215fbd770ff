/**
 * Finds gradients that lose the digits of a norm far from zero, as `lost-digits.ts` finds differences: the backward graph,
 * after its passes, is tried on small tensors, once in float64 and once with each value rounded to f32.
 */
import { nameClash, withCotangent } from "../../graph/autodiff/gradient-names.ts";
import { interpret, type OracleInputs } from "../../graph/oracle/interpret.ts";
import { gradientName } from "../../graph/tensor/gradient-name.ts";
import { type Graph, type GraphTensor, type Node, reachable } from "../../graph/tensor/graph.ts";
import { remembered } from "../../graph/tensor/remembered.ts";
import { passGradients } from "../passes.ts";
import { roundedToF32 } from "./rounded.ts";
import { trialCotangent, trialExtents, trialInputs } from "./trial-inputs.ts";

/** Relative to the largest gradient of the tensor. Small trials err less than the contract's 1e-5, or by far more. */
const tolerance = 1e-5;
/** A norm with more elements times operations than this is not tried. */
const mostWork = 1e6;

/** Names of the inputs and affines whose gradient loses its digits, in the order of the norm. */
export function lostGradients(checked: Graph): readonly string[] {
  const extents = trialExtents(checked);
  const nodes = reachable(checked.results.map((one) => one.value));
  if (extents === undefined || !nodes.some((one) => one.kind === "reduce")) return [];
  const elements = [...extents.values()].reduce((size, one) => size * one, 1);
  if (elements * nodes.length > mostWork || nameClash(checked) !== undefined) return [];
  if (withCotangent(checked).length === 0) return [];
  const backward = passGradients(checked).find(({ pass }) => pass === "nest")!.graph;
  const largestTensor = Math.max(...checked.tensors.map((one) => elementsOf(one, extents)));
  const lost = new Set<string>();
  for (const [ratio, far] of [
    [1e4, "reduced"],
    [1e6, "reduced"],
    [1e6, "varying"],
  ] as const) {
    const inputs = withCotangents(checked, trialInputs(checked, extents, ratio, false, far));
    const exact = interpret(backward, inputs);
    const got = interpret(backward, inputs, (node, data) =>
      isPlainSum(node) ? undefined : roundedToF32(data),
    );
    for (const [name, values] of exact) {
      if (worst(values, got.get(name) ?? values, largestTensor) > tolerance) lost.add(name);
    }
  }
  return checked.tensors.map((one) => one.name).filter((name) => lost.has(gradientName(name)));
}

/**
 * A sum of tensors, such as logits and a bias, or an element of it. Nobody could round it less, so the trial does not
 * count it.
 */
const isPlainSum: (node: Node) => boolean = remembered((node) => {
  if (node.kind === "reduce") return ["max", "min", "shift"].includes(node.op) && isPlainSum(node.arg);
  return node.kind === "map" && (node.op === "add" || node.op === "sub") && node.args.every(isPlain);
});

const isPlain = (node: Node): boolean => node.kind === "input" || node.kind === "param" || isPlainSum(node);

function withCotangents(checked: Graph, inputs: OracleInputs): OracleInputs {
  const tensors = new Map(inputs.tensors);
  for (const [place, one] of withCotangent(checked).entries()) {
    tensors.set(gradientName(one.name), trialCotangent(elementsOf(one, inputs.extents), place));
  }
  return { ...inputs, tensors };
}

function elementsOf({ factors }: GraphTensor, extents: OracleInputs["extents"]): number {
  return factors.reduce((size, one) => size * (extents.get(one) ?? 1), 1);
}

/**
 * A gradient that sums n products of numbers around 1 has a size of √n. If it is smaller, it is what remains after they
 * cancel, and nobody could compute it better.
 */
function worst(wanted: Float64Array, got: Float64Array, elements: number): number {
  const least = Math.max(1e-3, elements > wanted.length ? Math.sqrt(elements / wanted.length) : 0);
  const largest = wanted.reduce((most, one) => Math.max(most, Math.abs(one)), least);
  if (!Number.isFinite(largest)) return 0;
  return wanted.reduce((most, one, i) => Math.max(most, Math.abs(one - got[i]) / largest), 0);
}
