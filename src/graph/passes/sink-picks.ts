/**
 * Brings picks down to tensors, so that a kernel reads a tensor at other coordinates and computes what follows from it
 * where it needs it:
 *
 *     (x * rstd * gamma)[P = i]   →  x[P = i] * rstd * gamma[P = i]
 *     mean(x over D)[H = 0]       →  mean(x[H = 0] over D)
 *
 * A statistic that more coordinates ask for than there are (one of each class, by label) stays: an earlier kernel
 * computes it once for each of its own coordinates. So does one that is reduced over an axis of the index.
 *
 * The check that a place is one is written here, once for each pick; below it, places are in range. The pass runs after
 * those that know statistics by their operands, since it gives a value and its mean different operands.
 */
import { isSubset } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import {
  fixedExtents,
  type Graph,
  type Node,
  operands,
  type PickNode,
  type Place,
  type ReduceNode,
  reachable,
  type WindowNode,
} from "../tensor/graph.ts";
import { type KnownExtent, placeCheck } from "../tensor/index-range.ts";
import { rebuild, rewrite } from "../tensor/rewrite.ts";

export function sinkPicks(graph: Graph): Graph {
  const fixed = fixedExtents(graph);
  const extentOf: KnownExtent = (factor) => fixed.get(factor);
  return rewrite(graph, (g, node) => (node.kind === "pick" ? checked(g, node, extentOf) : node));
}

function checked(g: GraphBuilder, { arg, at, axes }: PickNode, extentOf: KnownExtent): Node {
  const checks: Node[] = [];
  const safe = at.map(({ axis, index }): Place => {
    const check = placeCheck(g, { axis, index }, extentOf, axes);
    if (check === undefined) return { axis, index };
    checks.push(check);
    return { axis, index: g.where(check, index, g.literal(0)) };
  });
  const picked = sunk(g, arg, safe, extentOf);
  return checks.length === 0 ? picked : g.where(checks.reduce(g.mul), picked, g.literal(Number.NaN));
}

/** A value at places that are in range. */
export function sunk(g: GraphBuilder, value: Node, at: readonly Place[], extentOf: KnownExtent): Node {
  const picked = at.map((one) => one.axis);
  const isMoved = (node: Node): boolean => node.axes.some((axis) => picked.includes(axis));
  const isPushed = (node: Node): boolean => {
    if (node.kind === "window") return !at.some((one) => meetsWindow(one, node));
    return node.kind !== "reduce" || canSink(node, at, extentOf);
  };
  const made = new Map<Node, Node>();
  // The operand of a pick that stayed is at other coordinates already. Only its indices move.
  const below = (node: Node): readonly Node[] => {
    if (!isMoved(node) || !isPushed(node)) return [];
    return node.kind === "pick" ? node.at.map((one) => one.index) : operands(node);
  };
  for (const node of reachable([value], below)) made.set(node, moved(node));
  return made.get(value) as Node;

  function moved(node: Node): Node {
    if (!isMoved(node)) return node;
    switch (node.kind) {
      case "index":
        return at.find((one) => one.axis === node.axis)?.index ?? node;
      case "input":
        return g.input(node.tensor, node.tensorAxes, composed(node.at, node.tensorAxes));
      case "pick":
        return g.pick(node.arg, composed(node.at, node.arg.axes));
      case "reduce":
      case "window":
        return isPushed(node) ? rebuild(g, node, ofMade) : g.pick(node, at);
      case "map":
      case "literal":
      case "param":
      case "size":
        return rebuild(g, node, ofMade);
    }
  }

  function ofMade(node: Node): Node {
    return made.get(node) as Node;
  }

  /** The places of a pick inside this one: its own ones, at these coordinates, and these along its other axes. */
  function composed(inner: readonly Place[], axes: readonly string[]): Place[] {
    const own = inner.map(({ axis, index }): Place => ({ axis, index: ofMade(index) }));
    const others = at.filter(({ axis }) => axes.includes(axis) && !inner.some((one) => one.axis === axis));
    return [...own, ...others];
  }
}

/** Whether the neighbours in a window would be those of another coordinate. */
function meetsWindow({ axis, index }: Place, { over }: WindowNode): boolean {
  return over.some((one) => one.axis === axis || index.axes.includes(one.axis));
}

/** Whether a statistic of the picked elements is that element of the statistic, and no more work than all of it. */
function canSink(
  { arg, weight, over, axes }: ReduceNode,
  at: readonly Place[],
  extentOf: KnownExtent,
): boolean {
  const own = at.filter((one) => axes.includes(one.axis));
  if (own.some(({ index }) => index.axes.some((axis) => over.includes(axis)))) return false;
  const isShort = over.every((axis) => extentOf(axis) !== undefined);
  return isShort || own.every(({ index }) => isSubset(index.axes, [...arg.axes, ...(weight?.axes ?? [])]));
}
