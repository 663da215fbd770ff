/** The parts of a value: the terms of a sum, the factors of a product. */
import type { MapNode, Node } from "./graph.ts";

/** Operands are shared: a chain of v + v, or of v · v, has 2^n parts. A value with more than this many is one part. */
const most = 64;

/** The terms of a sum, in order. */
export function addends(node: Node): readonly Node[] {
  return partsOf(node, ({ op }) => op === "add");
}

/** The factors of a product, in order. Products for which `isWhole` holds are factors themselves. */
export function factorsOf(node: Node, isWhole: (node: Node) => boolean = () => false): readonly Node[] {
  return partsOf(node, (one) => one.op === "mul" && !isWhole(one));
}

function partsOf(node: Node, isSplit: (node: MapNode) => boolean): readonly Node[] {
  const parts: Node[] = [];
  const pending = [node];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (one.kind === "map" && isSplit(one)) pending.push(one.args[1], one.args[0]);
    else parts.push(one);
    if (parts.length + pending.length > most) return [node];
  }
  return parts;
}

/** The x of x · x. */
export function rootOfSquare(node: Node): Node | undefined {
  return node.kind === "map" && node.op === "mul" && node.args[0] === node.args[1] ? node.args[0] : undefined;
}

export function isZero(node: Node): boolean {
  return node.kind === "literal" && node.value === 0;
}
