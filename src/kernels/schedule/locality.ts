/** What a kernel can compute by itself, and what it must be given. */
import { type AxisSet, isSubset, sameAxes } from "../../graph/tensor/axes.ts";
import type { GraphBuilder } from "../../graph/tensor/builder.ts";
import { type Node, operands, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { rebuild } from "../../graph/tensor/rewrite.ts";

export interface Rows {
  readonly grid: AxisSet;
  /** The axes that a row of what is stored runs over. */
  readonly row: AxisSet;
  /** Factors whose extent the spec fixes: short. */
  readonly fixed: ReadonlySet<string>;
  /** Whether an earlier kernel stores a value anyway. */
  readonly isStored: (node: Node) => boolean;
}

/**
 * Rewrites a value for a kernel: each part that the kernel cannot compute becomes what `elsewhere` returns for it,
 * as large a part as one earlier kernel can compute.
 */
export function resolveInKernel(
  g: GraphBuilder,
  value: Node,
  rows: Rows,
  elsewhere: (node: Node) => Node,
): Node {
  const made = new Map<string, Node>();
  return resolve(value, []);

  /** `moved`: axes of the grid that an enclosing reduction runs over; what is known a row is not known there. */
  function resolve(node: Node, moved: AxisSet): Node {
    const key = `${node.id} ${moved.join(" ")}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const result = isForeign(node, moved)
      ? elsewhere(node)
      : rebuild(g, node, (one) => resolve(one, movedUnder(node, moved)));
    made.set(key, result);
    return result;
  }

  function movedUnder(node: Node, moved: AxisSet): AxisSet {
    if (node.kind !== "reduce") return moved;
    return [...moved, ...node.over.filter((one) => rows.grid.includes(one) && !moved.includes(one))];
  }

  /** Whether all of a node is one earlier kernel's: its reductions keep the same axes, and none of them is local. */
  function isForeign(node: Node, moved: AxisSet): boolean {
    if (rows.isStored(node)) return true;
    if (node.kind === "reduce") return !isLocal(node, moved);
    if (node.kind !== "map") return false;
    const reductions = outermostReductions(node);
    if (reductions.length === 0) return false;
    return (
      reductions.every((one) => !isLocal(one, moved) && sameAxes(one.axes, reductions[0].axes)) &&
      isSubset(node.axes, reductions[0].axes)
    );
  }

  function isLocal(node: ReduceNode, moved: AxisSet): boolean {
    if (!isSubset(node.axes, rows.grid) || node.axes.some((one) => moved.includes(one))) return false;
    if (sameAxes(node.axes, rows.grid)) return true;
    // The same for many rows, and computed by each of them: only where it costs a row no more than the row itself.
    if (node.over.every((one) => rows.fixed.has(one))) return true;
    if (rows.row.length === 0) return false;
    return isSubset(node.over, rows.row) || !node.over.some((one) => rows.row.includes(one));
  }
}

/** The reductions in a value that are not inside another one. */
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
