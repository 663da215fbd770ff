/** Decides what a kernel can compute itself, and what earlier kernels must compute. */
import { type AxisSet, isSubset, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import {
  type Node,
  operands,
  type Place as PickPlace,
  type ReduceNode,
  reachable,
  type WindowNode,
} from "../../graph/tensor/graph.ts";
import { rebuild } from "../../graph/tensor/rewrite.ts";
import { type Direction, directionOf, isAlong } from "./windows/scans.ts";
import { storedOperands } from "./windows/stored-operands.ts";

export interface Rows {
  readonly grid: AxisSet;
  /** The axes of the row that the kernel stores. */
  readonly row: AxisSet;
  /** Factors whose extent the spec fixes, which are short. */
  readonly fixed: ReadonlySet<string>;
  /** Whether an earlier kernel stores a value anyway. */
  readonly isStored: (node: Node) => boolean;
  /** The direction in which the kernel scans its row. Null if it does not. */
  readonly scan: Direction | null;
}

type Reductions = AxisSet | "none" | "local";

function both(a: Reductions, b: Reductions): Reductions {
  if (a === "none") return b;
  if (b === "none") return a;
  return a !== "local" && b !== "local" && sameAxes(a, b) ? a : "local";
}

/** The reductions and windows above a node. */
interface Place {
  /** Axes of the grid that these run over. Values that are known for each row are not known there. */
  readonly moved: AxisSet;
  /** A window in a window is stored first, and so is a scan in a reduction. */
  readonly inside: "nothing" | "reduction" | "window";
  readonly made: Map<Node, Node>;
  readonly reductions: Map<Node, Reductions>;
}

/**
 * Rewrites a value for a kernel. Each part that the kernel cannot compute becomes what `elsewhere` returns for it. A
 * part is as large as one earlier kernel can compute.
 */
export function resolveInKernel(
  g: GraphBuilder,
  value: Node,
  rows: Rows,
  elsewhere: (node: Node) => Node,
): Node {
  const places = new Map<string, Place>();
  const costly = new Set<Node>();
  const squares = scaledSquares(value);
  const hasScans = reachable([value]).some((one) => directionOf(one) !== undefined);
  const top = placeOf([], "nothing");
  const pending: { readonly node: Node; readonly place: Place }[] = [{ node: value, place: top }];
  for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
    const { node, place } = last;
    const under = placeUnder(node, place);
    const needed = node.kind === "pick" ? node.at.map((one) => one.index) : operands(node);
    const next = isForeign(node, place) ? undefined : needed.find((one) => !under.made.has(one));
    if (next !== undefined) {
      pending.push({ node: next, place: under });
      continue;
    }
    pending.pop();
    if (place.made.has(node)) continue;
    const made = (one: Node): Node => under.made.get(one) as Node;
    const own = isForeign(node, place)
      ? elsewhere(node)
      : node.kind === "pick"
        ? pickStored(g, elsewhere(node.arg), node.at, made)
        : rebuild(g, node, made);
    place.made.set(node, own);
  }
  return top.made.get(value) as Node;

  function placeOf(moved: AxisSet, inside: Place["inside"]): Place {
    const key = `${inside} ${moved.join(" ")}`;
    const known = places.get(key) ?? { moved, inside, made: new Map(), reductions: new Map() };
    places.set(key, known);
    return known;
  }

  function placeUnder(node: Node, place: Place): Place {
    switch (node.kind) {
      case "reduce":
        return placeOf(
          movedUnder(node.over, place.moved),
          hasScans && place.inside === "nothing" ? "reduction" : place.inside,
        );
      case "window":
        // A scan takes its operand at its own element.
        if (isScanned(node)) return place;
        for (const one of storedOperands(node)) costly.add(one);
        return placeOf(
          movedUnder(
            node.over.map((one) => one.axis),
            place.moved,
          ),
          "window",
        );
      default:
        return place;
    }
  }

  function movedUnder(over: AxisSet, moved: AxisSet): AxisSet {
    return [...moved, ...over.filter((one) => rows.grid.includes(one) && !moved.includes(one))];
  }

  /** Whether the kernel finds a window on its way along the row. */
  function isScanned(node: WindowNode): boolean {
    const { grid, scan } = rows;
    return scan !== null && isAlong(node, scan) && isSubset(node.axes, [...grid, scan.axis]);
  }

  /**
   * Whether one earlier kernel can compute the whole node: its reductions keep the same axes, and none of them is
   * local.
   */
  function isForeign(node: Node, place: Place): boolean {
    if (rows.isStored(node)) return true;
    if (place.inside === "window" && (node.kind === "window" || costly.has(node))) return true;
    if (node.kind === "window" && directionOf(node) !== undefined)
      return place.inside !== "nothing" || !isScanned(node);
    if (node.kind === "reduce") return !isLocal(node, place.moved);
    if (node.kind !== "map" || squares.has(node)) return false;
    const axes = foreignAxes(node, place);
    return axes !== "none" && axes !== "local" && isSubset(node.axes, axes);
  }

  /**
   * The axes that all reductions in a value keep, if none of them is local. "none" if there are no reductions, "local"
   * if one earlier kernel cannot compute all of them.
   */
  function foreignAxes(value: Node, { moved, reductions }: Place): Reductions {
    const known = reductions.get(value);
    if (known !== undefined) return known;
    const below = (node: Node): readonly Node[] =>
      (node.kind === "map" || node.kind === "input") && !reductions.has(node) ? operands(node) : [];
    for (const node of reachable([value], below)) {
      if (reductions.has(node)) continue;
      if (node.kind === "reduce") reductions.set(node, isLocal(node, moved) ? "local" : node.axes);
      else if (node.kind === "window") reductions.set(node, "local");
      // Each kernel picks from memory.
      else if (node.kind === "pick") reductions.set(node, "local");
      else
        reductions.set(
          node,
          operands(node)
            .map((one) => reductions.get(one)!)
            .reduce(both, "none"),
        );
    }
    return reductions.get(value)!;
  }

  function isLocal(node: ReduceNode, moved: AxisSet): boolean {
    if (!isSubset(node.axes, rows.grid) || node.axes.some((one) => moved.includes(one))) return false;
    if (sameAxes(node.axes, rows.grid)) return true;
    // A reduction that is the same for many rows is computed by each row only if it costs no more than the row itself.
    if (node.over.every((one) => rows.fixed.has(one))) return true;
    if (rows.row.length === 0) return false;
    return isSubset(node.over, rows.row) || !node.over.some((one) => rows.row.includes(one));
  }
}

/** A pick of a value that an earlier kernel stores: a load at other coordinates. */
export function pickStored(
  g: GraphBuilder,
  stored: Node,
  at: readonly PickPlace[],
  made: (index: Node) => Node,
): Node {
  if (stored.kind !== "input") throw new Error("what is picked from lies in memory");
  const places = at.map(({ axis, index }) => ({ axis, index: made(index) }));
  return g.input(stored.tensor, stored.tensorAxes, places);
}

/** Squares whose sum has a scale: a kernel takes the scale to their roots, since a stored square may have left f32. */
function scaledSquares(value: Node): Set<Node> {
  return new Set(
    reachable([value]).flatMap((one) =>
      one.kind === "reduce" && (one.op === "scaledSum" || one.op === "sumScale") ? [one.arg] : [],
    ),
  );
}

/** The reductions in a value that are not inside another reduction. */
export function outermostReductions(value: Node): ReduceNode[] {
  const found: ReduceNode[] = [];
  const seen = new Set<Node>();
  const pending = [value];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "reduce") found.push(node);
    else pending.push(...operands(node));
  }
  return found;
}

export function readsTensor(values: readonly Node[], tensor: string): boolean {
  return reachable(values).some((one) => one.kind === "input" && one.tensor === tensor);
}
