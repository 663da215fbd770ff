/**
 * Inputs with zeros as padding, for norms that divide the sum of a whole row by how many elements of it count:
 *
 *     sum(x over D) / sum(mask over D)        sum(x over D) / length
 *
 * That is a mean only if the others are 0. The data are far from zero and the padding is not, so no sample of the row
 * lies near all of it, and f32 rounds the sum. With any other numbers such a quotient lies far from the data, and the trial
 * would not see what is lost.
 */
import type { OracleInputs } from "../../graph/oracle/interpret.ts";
import {
  type Graph,
  type GraphTensor,
  type Node,
  operands,
  type ReduceNode,
  reachable,
  tensorsIn,
} from "../../graph/tensor/graph.ts";

/** A sum over a row of `data`, divided by something that knows the numbers in `counts`. */
interface PaddedSum {
  readonly data: GraphTensor;
  readonly over: readonly string[];
  /** It is 1 where an element counts, and 0 at padding. Without one, the padding is at the end of the row. */
  readonly mask: GraphTensor | undefined;
  /** Holds how many elements count. */
  readonly count: GraphTensor | undefined;
}

/** The inputs with padding, one or two of each quotient of that kind. */
export function paddedInputs(graph: Graph, inputs: OracleInputs): readonly OracleInputs[] {
  return reachable(graph.results.map((one) => one.value)).flatMap((node) =>
    paddedSums(graph, node).map((one) => padded(one, inputs)),
  );
}

function paddedSums({ tensors }: Graph, node: Node): readonly PaddedSum[] {
  const quotient = quotientIn(node);
  if (quotient === undefined) return [];
  const [sum, divisor] = quotient;
  if (sum.kind !== "reduce" || sum.op !== "sum" || sum.arg.kind !== "input") return [];
  const { over } = sum;
  const { tensor } = sum.arg;
  const data = tensors.find((one) => one.name === tensor && one.role === "input");
  if (data === undefined || over.some((axis) => !data.factors.includes(axis))) return [];
  const fits = (one: GraphTensor): boolean =>
    one !== data && one.role === "input" && one.factors.every((axis) => data.factors.includes(axis));
  const isMask = (one: GraphTensor): boolean => fits(one) && one.factors.some((axis) => over.includes(axis));
  const counted = new Set(
    reachable([divisor]).flatMap((one) => (isSum(one) ? [...tensorsIn([one.arg])] : [])),
  );
  const own = tensors.find((one) => counted.has(one.name) && isMask(one));
  if (own !== undefined) return [{ data, over, mask: own, count: undefined }];
  const read = tensorsIn([divisor]);
  const count = tensors.find((one) => read.has(one.name) && fits(one) && !isMask(one));
  // A number alone does not say where the padding is.
  return count === undefined
    ? []
    : [tensors.find(isMask), undefined].map((mask) => ({ data, over, mask, count }));
}

/** The two of a / b, a · (1 / b) and (1 / b) · a. */
function quotientIn(node: Node): readonly [Node, Node] | undefined {
  if (node.kind !== "map" || (node.op !== "div" && node.op !== "mul")) return undefined;
  const [a, b] = node.args;
  if (node.op === "div") return [a, b];
  const inverse = (one: Node): Node | undefined =>
    one.kind === "map" && one.op === "div" && one.args[0].kind === "literal" ? one.args[1] : undefined;
  const [first, second] = [inverse(a), inverse(b)];
  if (second !== undefined) return [a, second];
  return first && [b, first];
}

const isSum = (node: Node): node is ReduceNode =>
  node.kind === "reduce" && (node.op === "sum" || node.op === "mean") && operands(node).length === 1;

function padded({ data, over, mask, count }: PaddedSum, inputs: OracleInputs): OracleInputs {
  const { extents } = inputs;
  const values = inputs.tensors.get(data.name) ?? [];
  const row = over.reduce((size, axis) => size * (extents.get(axis) ?? 1), 1);
  const counts = (place: number): boolean =>
    mask === undefined
      ? placeIn(over, data, place, extents) < row - 1
      : placeIn(mask.factors, data, place, extents) % 3 !== 1;
  const tensors = new Map(inputs.tensors);
  const kept = Float64Array.from(values, (_, i) => (counts(i) ? 1 : 0));
  tensors.set(
    data.name,
    kept.map((is, i) => is * values[i]),
  );
  for (const [tensor, adds] of [[mask, false] as const, [count, true] as const]) {
    if (tensor === undefined) continue;
    const all = new Float64Array(inputs.tensors.get(tensor.name)?.length ?? 0);
    for (const [i, is] of kept.entries()) {
      const place = placeIn(tensor.factors, data, i, extents);
      all[place] = adds ? all[place] + is : is;
    }
    tensors.set(tensor.name, all);
  }
  return { ...inputs, tensors };
}

/** The place, among the elements over some axes, of an element of a tensor. */
function placeIn(
  factors: readonly string[],
  of: GraphTensor,
  place: number,
  extents: OracleInputs["extents"],
): number {
  const at = new Map<string, number>();
  let rest = place;
  for (const axis of of.factors.toReversed()) {
    const extent = extents.get(axis) ?? 1;
    at.set(axis, rest % extent);
    rest = Math.floor(rest / extent);
  }
  return factors.reduce((sum, axis) => sum * (extents.get(axis) ?? 1) + (at.get(axis) ?? 0), 0);
}
