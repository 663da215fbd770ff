/**
 * Values hundreds of operations deep are lowered in pieces, from below: a function that goes from a value to its
 * operands and calls itself would run out of stack.
 */
import { type MapNode, type Node, reachable } from "../../graph/tensor/graph.ts";

/** Operations that a piece is deep; the stack bears some thousands. */
const depthOfPiece = 200;

/** Of nodes that were asked for: nodes do not change. */
const depths = new WeakMap<Node, number>();

/**
 * What to lower before a value, in order, so that no way from it to what is lowered already is longer than a piece. Of
 * a value that is no deeper: nothing.
 * @param isKnown whether a node needs no lowering.
 */
export function piecesOf(value: Node, isKnown: (node: Node) => boolean): Node[] {
  if (depthOf(value) <= depthOfPiece || isKnown(value)) return [];
  const nodes = reachable([value], (node) => (node.kind === "map" && !isKnown(node) ? node.args : []));
  const found = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (node.kind !== "map" || isKnown(node)) continue;
    // A condition is written where it decides, not as a number: what it compares stands for it.
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

/** How many operations follow one another from tensors and reductions. */
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
