/**
 * How the indices of a pick vary along the axes that are picked along. The gradient of a pick reads its cotangent at the
 * inverse of the index, or tries each coordinate; both need one of these forms.
 */
import { operators } from "../operators/operators.ts";
import { type AxisSet, sameAxes } from "./axes.ts";
import type { GraphBuilder } from "./builder.ts";
import { type Node, operands, type Place, reachable } from "./graph.ts";
import type { KnownExtent } from "./index-range.ts";

export type PickForm =
  /** Not at all: `gamma[Classes = label]`. */
  | { readonly kind: "apart" }
  /** `x[D = rest + index(D)]`, or `rest - index(D)` with a negative sign. */
  | { readonly kind: "shift"; readonly sign: 1 | -1; readonly rest: Node }
  /** Each coordinate is taken once; `inverse` says where. */
  | { readonly kind: "permutation"; readonly inverse: Node }
  /** In any way, along few coordinates. */
  | { readonly kind: "table"; readonly shared: AxisSet };

/** So many coordinates can be tried one by one. */
export const fewCoordinates = 16;
/** So many can be looked at to see whether an index takes each once. */
const mostEvaluated = 1024;

/** Undefined if the indices have none of the forms. */
export function pickForm(g: GraphBuilder, at: readonly Place[], extentOf: KnownExtent): PickForm | undefined {
  const shared = at.map((one) => one.axis).filter((axis) => at.some((one) => one.index.axes.includes(axis)));
  if (shared.length === 0) return { kind: "apart" };
  const [{ axis, index }] = at;
  if (at.length === 1) {
    const inverse = inverseOf(g, index, axis, extentOf(axis));
    if (inverse !== undefined) return { kind: "permutation", inverse };
    const shift = shiftOf(g, index, axis);
    if (shift !== undefined && shift.sign !== 0) return { kind: "shift", sign: shift.sign, rest: shift.rest };
  }
  const count = shared.reduce((all, one) => all * (extentOf(one) ?? Number.POSITIVE_INFINITY), 1);
  return count <= fewCoordinates ? { kind: "table", shared } : undefined;
}

/** An index that takes each coordinate of its axis once, the other way round. */
function inverseOf(g: GraphBuilder, index: Node, axis: string, extent: number | undefined): Node | undefined {
  if (extent === undefined || extent > mostEvaluated || !sameAxes(index.axes, [axis])) return undefined;
  const values: number[] = [];
  for (let place = 0; place < extent; place++) {
    const value = valueAt(index, axis, place, extent);
    if (value === undefined || values.includes(value)) return undefined;
    if (!Number.isInteger(value) || value < 0 || value >= extent) return undefined;
    values.push(value);
  }
  if (values.every((value, place) => values[value] === place)) return index;
  if (extent > fewCoordinates) return undefined;
  const own = g.index(axis);
  return values
    .map((value, place) => ({ value, place }))
    .reduceRight<Node>(
      (other, { value, place }) => g.where(g.map("eq", own, g.literal(value)), g.literal(place), other),
      g.literal(0),
    );
}

/** An index of literals and one coordinate, evaluated. Undefined if it is made of something else. */
function valueAt(index: Node, axis: string, place: number, extent: number): number | undefined {
  const values = new Map<Node, number>();
  for (const node of reachable([index])) {
    if (node.kind === "literal") values.set(node, node.value);
    else if (node.kind === "index" && node.axis === axis) values.set(node, place);
    else if (node.kind === "size" && sameAxes(node.over, [axis])) values.set(node, extent);
    else if (node.kind === "map") {
      const [a, b, c] = operands(node).map((one) => values.get(one) as number);
      values.set(node, operators[node.op].f64(a, b, c));
    } else return undefined;
  }
  return values.get(index);
}

interface Shift {
  readonly sign: -1 | 0 | 1;
  readonly rest: Node;
}

/** An index as a coordinate, its negative or neither, and a rest that does not vary along the axis. */
function shiftOf(g: GraphBuilder, node: Node, axis: string): Shift | undefined {
  if (!node.axes.includes(axis)) return { sign: 0, rest: node };
  if (node.kind === "index") return { sign: 1, rest: g.literal(0) };
  if (node.kind !== "map") return undefined;
  const [a, b] = node.args;
  switch (node.op) {
    case "neg":
      return combined(g, { sign: 0, rest: g.literal(0) }, shiftOf(g, a, axis), "sub");
    case "add":
    case "sub":
      return combined(g, shiftOf(g, a, axis), shiftOf(g, b, axis), node.op);
    default:
      return undefined;
  }
}

function combined(
  g: GraphBuilder,
  a: Shift | undefined,
  b: Shift | undefined,
  op: "add" | "sub",
): Shift | undefined {
  if (a === undefined || b === undefined) return undefined;
  const sign = op === "add" ? a.sign + b.sign : a.sign - b.sign;
  if (sign !== -1 && sign !== 0 && sign !== 1) return undefined;
  return { sign, rest: g.map(op, a.rest, b.rest) };
}
