/** Sizes as scales, one for each axis, so that `sum(x over S) / size(S)` is seen to be a mean however it is spelled. */
import type { AxisSet } from "../../tensor/axes.ts";
import type { Node } from "../../tensor/graph.ts";
import type { Scale } from "./form.ts";

/** A longer product is none: of squares of squares of sizes there are 2^n. */
const mostSizes = 32;

export interface Sizes {
  /** The product of the extents of some axes. */
  of(over: AxisSet, op: Scale["op"]): readonly Scale[];
  /** The scales of a node that consists of sizes. Undefined for any other. */
  in(node: Node, op: Scale["op"]): readonly Scale[] | undefined;
}

export function sizesOf(): Sizes {
  const nodes = new Map<string, Node>();
  return { of, in: sizesIn };

  function of(over: AxisSet, op: Scale["op"]): readonly Scale[] {
    return over.map((axis) => ({ op, by: nodeOf(axis), first: false }));
  }

  function sizesIn(node: Node, op: Scale["op"]): readonly Scale[] | undefined {
    if (node.kind === "size") return of(node.over, op);
    if (node.kind !== "map" || (node.op !== "mul" && node.op !== "div")) return undefined;
    const [a, b] = node.args;
    const inverse = op === "mul" ? "div" : "mul";
    const second = sizesIn(b, node.op === "mul" ? op : inverse);
    if (second === undefined || second.length > mostSizes) return undefined;
    if (node.op === "div" && a.kind === "literal" && a.value === 1) return second;
    const first = sizesIn(a, op);
    return first && [...first, ...second];
  }

  /** It has no place in the graph, and no other node has its number. */
  function nodeOf(axis: string): Node {
    const known = nodes.get(axis) ?? { kind: "size", id: -1 - nodes.size, over: [axis], axes: [] };
    nodes.set(axis, known);
    return known;
  }
}
