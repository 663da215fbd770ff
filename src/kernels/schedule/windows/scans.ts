/**
 * Scans: windows from one end of an axis to each coordinate (a causal mean), or from each coordinate to the other end.
 * A kernel whose row is that axis finds all of them on one way along the row, element by element, as it stores.
 */
import { type Node, reachable, type WindowNode } from "../../../graph/tensor/graph.ts";

/** Along which axis a kernel scans, and from which end. */
export interface Direction {
  readonly axis: string;
  /** Whether it begins at the end of the axis. */
  readonly reverse: boolean;
}

/** Undefined for a window that is no scan. */
export function directionOf(node: Node): Direction | undefined {
  if (node.kind !== "window" || node.args.length > 1 || node.over.length > 1) return undefined;
  const [{ axis, before, after }] = node.over;
  if (before.kind === "all" && after.kind === "fixed" && after.count === 0) return { axis, reverse: false };
  if (after.kind === "all" && before.kind === "fixed" && before.count === 0) return { axis, reverse: true };
  return undefined;
}

export function isAlong(node: Node, { axis, reverse }: Direction): boolean {
  const own = directionOf(node);
  return own?.axis === axis && own.reverse === reverse;
}

/** The scans that values need at their own element, operands first. None that a reduction or another window needs. */
export function scansIn(values: readonly Node[]): WindowNode[] {
  const nodes = reachable(values, (node) =>
    node.kind === "map" || (node.kind === "window" && directionOf(node) !== undefined) ? below(node) : [],
  );
  return nodes.filter((one): one is WindowNode => directionOf(one) !== undefined);
}

function below(node: Node): readonly Node[] {
  return node.kind === "map" || node.kind === "window" ? node.args : [];
}
