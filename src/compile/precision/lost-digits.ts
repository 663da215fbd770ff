/**
 * Finds differences that lose the digits of a norm far from zero. The norm, after its passes, is tried on small tensors at
 * mean / std 1e4 and 1e6: once in float64, once with each value rounded to f32. If the results differ by more than the
 * contract allows, the differences are sought whose exact value would mend that.
 *
 * No form is listed here that is right or wrong, so this stays true as the passes learn to keep more.
 */
import { interpret, type OracleInputs } from "../../graph/oracle/interpret.ts";
import {
  type Graph,
  type GraphTensor,
  isMoment,
  type MapNode,
  type Node,
  operands,
  reachable,
} from "../../graph/tensor/graph.ts";
import { passGraph } from "../passes.ts";
import { paddedInputs } from "./padded-inputs.ts";
import { roundedToF32 } from "./rounded.ts";
import { trialExtents, trialInputs } from "./trial-inputs.ts";

const tolerance = 1e-5;
/** A norm with more elements times operations times differences than this is not tried: it would take seconds. */
const mostWork = 5e6;
const mostFound = 4;
/** What a few roundings leave of a value. */
const roundings = 2e-6;
/** Larger results overflow in f32. */
const largest = 3e38;

/** Differences (and sums) of the checked graph that lose digits, in the order of their computation. */
export function lostDigits(checked: Graph): readonly MapNode[] {
  const extents = trialExtents(checked);
  const nodes = reachable(checked.results.map((one) => one.value));
  const differences = nodes.filter(
    (one): one is MapNode =>
      one.kind === "map" && (one.op === "sub" || one.op === "add") && hasRoundedSum(one),
  );
  if (extents === undefined || differences.length === 0) return [];
  const elements = [...extents.values()].reduce((size, one) => size * one, 1);
  if (
    elements * nodes.length * differences.length > mostWork ||
    checked.tensors.some((one) => one.gradientOf !== undefined)
  )
    return [];
  const { graph, imageOf } = afterPasses(checked, differences);
  const found = new Set<MapNode>();
  const far = trialInputs(checked, extents, 1e6, false);
  for (const inputs of [
    trialInputs(checked, extents, 1e4, false),
    far,
    trialInputs(checked, extents, 1e6, true),
    ...paddedInputs(checked, far),
  ]) {
    const images = new Map(differences.map((one) => [imageOf(one), one] as const));
    for (const image of culprits(graph, inputs, [...images.keys()])) {
      const one = images.get(image);
      if (one !== undefined) found.add(one);
    }
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** Whether sums are below a node. What a norm adds to a tensor is rounded too, but that is no statistic. */
function hasRoundedSum(node: Node): boolean {
  return reachable([node]).some(
    (one) => one.kind === "reduce" && (one.op === "sum" || one.op === "mean" || one.op === "var"),
  );
}

/** The graph after the passes that keep its meaning, and what became of some of its nodes. */
function afterPasses(checked: Graph, of: readonly Node[]): { graph: Graph; imageOf: (node: Node) => Node } {
  const marks = of.map((value, i) => ({ tensor: `difference ${i}`, value }));
  const markers = marks.map(
    ({ tensor, value: { axes } }): GraphTensor => ({
      name: tensor,
      role: "output",
      dims: axes,
      factors: axes,
    }),
  );
  const passed = passGraph({
    ...checked,
    tensors: [...checked.tensors, ...markers],
    results: [...checked.results, ...marks],
  });
  const graph = passed.find(({ pass }) => pass === "nest")?.graph ?? checked;
  const images = new Map(
    graph.results.slice(checked.results.length).map((one, i) => [of[i] as Node, one.value] as const),
  );
  return {
    graph: { ...graph, results: graph.results.slice(0, checked.results.length) },
    imageOf: (node) => images.get(node) ?? node,
  };
}

function culprits(graph: Graph, inputs: OracleInputs, differences: readonly Node[]): Node[] {
  const exact = new Map<Node, ArrayLike<number>>();
  const rounded = new Map<Node, ArrayLike<number>>();
  const wanted = interpret(graph, inputs, (node, data) => void exact.set(node, data));
  const error = (mended: ReadonlySet<Node>): number => {
    const got = interpret(graph, inputs, (node, data) => {
      const value = mended.has(node) ? exact.get(node) : roundedToF32(data);
      if (value !== undefined) rounded.set(node, value);
      return value;
    });
    return Math.max(...[...wanted].map(([name, values]) => worst(values, got.get(name) ?? values)));
  };
  const own = new Set(differences);
  // The passes make several differences of one: x - mean becomes (x - shift) - rest.
  const terms = (node: Node): readonly Node[] =>
    operands(node).flatMap((one) =>
      one.kind === "map" && (one.op === "sub" || one.op === "add") && !own.has(one) ? terms(one) : [one],
    );
  // A difference of operands that are wrong already is not to blame.
  const isBlamed = (node: Node): boolean =>
    terms(node).every(
      (one) =>
        (one.kind === "reduce" && isMoment(one.op)) ||
        relativeError(exact.get(one) ?? [], rounded.get(one) ?? []) <= roundings,
    );
  const used = differences.filter((one) => exact.has(one)).sort((a, b) => a.id - b.id);
  const mended = new Set<Node>();
  let left = error(mended);
  while (left > tolerance && mended.size < mostFound) {
    const each = used
      .filter((one) => !mended.has(one) && isBlamed(one))
      .map((node) => ({ node, left: error(new Set([...mended, node])) }));
    // What comes after a culprit mends as much, and what comes before it mends nothing: the first is meant.
    const least = Math.max(tolerance, 2 * Math.min(...each.map((one) => one.left)));
    const first = each.find((one) => one.left <= least);
    if (first === undefined || first.left > left / 2) break;
    mended.add(first.node);
    left = error(mended);
  }
  // Only if it is the differences that lose the digits: overflow and powers lose them in other ways.
  return left <= tolerance ? [...mended] : [];
}

/**
 * The largest error, relative to the size of the whole tensor: single elements of `x * (a + 0.5)` cancel by chance, and
 * nobody could write that better.
 */
function worst(wanted: ArrayLike<number>, got: ArrayLike<number>): number {
  return errorAbove(1, wanted, got);
}

function relativeError(wanted: ArrayLike<number>, got: ArrayLike<number>): number {
  return errorAbove(Number.MIN_VALUE, wanted, got);
}

function errorAbove(least: number, wanted: ArrayLike<number>, got: ArrayLike<number>): number {
  let squares = 0;
  let finite = 0;
  let most = 0;
  for (let i = 0; i < wanted.length; i++) {
    const value = wanted[i]!;
    if (!(Math.abs(value) < largest)) continue;
    finite++;
    squares += value * value;
    most = Math.max(most, Math.abs(value - got[i]!));
  }
  return finite === 0 ? 0 : most / Math.max(least, Math.sqrt(squares / finite));
}
