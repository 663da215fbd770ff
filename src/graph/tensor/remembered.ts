/** A function of a node that is asked once for each node. */
import type { Node } from "./graph.ts";

/** Nodes share operands: without this, a chain of v · v would be walked once for each way through it. */
export function remembered<Found>(find: (node: Node) => Found): (node: Node) => Found {
  const known = new WeakMap<Node, { readonly found: Found }>();
  return (node) => {
    const own = known.get(node) ?? { found: find(node) };
    known.set(node, own);
    return own.found;
  };
}
