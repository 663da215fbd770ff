/**
 * Lowers values that are hundreds of operations deep in pieces, operands first: a function that recurses from a value
 * to its operands would run out of stack.
 */
import { type MapNode, type Node, reachable } from "../../graph/tensor/graph.ts";

/** The depth of a piece, in operations. The stack allows some thousands. */
const depthOfPiece = 200;

/** Cached depths. Nodes do not change. */
const depths = new WeakMap<Node, number>();

/**
 * Returns the nodes to lower before a value, in order, so that no path from a value to lowered nodes is longer than a
 * piece. Empty for a value that is no deeper than a piece.
 * @param isKnown whether a node is already lowered or needs no lowering.
 */
export function piecesOf(value: Node, isKnown: (node: Node) => boolean): Node[] {
  if (depthOf(value) <= depthOfPiece || isKnown(value)) return [];
  const nodes = reachable([value], (node) => (node.kind === "map" && !isKnown(node) ? node.args : []));
  const found = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (node.kind !== "map" || isKnown(node)) continue;
    // A comparison is written where its `where` uses it and is never a number, so its operands take its place.
    const stands = isComparison(node) && found.delete(node);
    for (const one of node.args) {
      if (one.kind === "map" && (stands || pieceOf(one) < pieceOf(node))) found.add(one);
    }
  }
  return nodes.filter((one) => found.has(one));
}

function pieceOf(node: Node): number {
  return Math.floor(depthOf(node) / depthOfPiece);
}

function isComparison({ op }: MapNode): boolean {
  return op === "lt" || op === "le" || op === "eq" || op === "ne";
}

/** The length of the longest chain of operations from tensors and reductions to a value. */
function depthOf(value: Node): number {
  const known = depths.get(value);
  if (known !== undefined) return known;
  for (const node of reachable([value], (one) => (one.kind === "map" && !depths.has(one) ? one.args : []))) {
    if (depths.has(node)) continue;
    const below = node.kind === "map" ? node.args.map((one) => depths.get(one) as number) : [];
    depths.set(node, below.length === 0 ? 0 : 1 + Math.max(...below));
  }
  return depths.get(value) as number;
}
