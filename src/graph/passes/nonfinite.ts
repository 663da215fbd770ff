/**
 * Forms that drivers fold as if every number were finite, written so that they cannot. By IEEE 754 and by the oracle they
 * are NaN for an infinity or a NaN:
 *
 *     v − v, v · 0  →  where(|v| < ∞, 0, NaN)
 *     0 / v         →  where(0 < |v|, 0, NaN)
 *
 * And SwiftShader's exp makes an infinity of a NaN. A softmax is too short for a check of each element. But the sum of its
 * exponentials is NaN exactly where the maximum is not finite, which is one check for each row:
 *
 *     sum(exp(v − max(v over A)) over A)  →  where(|max(v over A)| < ∞, itself, NaN)
 */

import { sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { MapNode, Node } from "../tensor/graph.ts";
import { isZero } from "../tensor/terms.ts";

/** Undefined if the node has none of these forms. */
export function keptNonfinite(g: GraphBuilder, node: Node): Node | undefined {
  if (node.kind === "reduce") {
    if (node.op !== "sum" || node.arg.kind !== "map" || node.arg.op !== "exp") return undefined;
    const below = maximumBelow(node.arg);
    if (below === undefined || !sameAxes(below.over, node.over)) return undefined;
    // The sum of no elements is 0.
    const isEmpty = g.map("eq", g.size(node.over), g.literal(0));
    return g.where(isFiniteNumber(g, below), node, g.where(isEmpty, node, g.literal(Number.NaN)));
  }
  if (node.kind !== "map") return undefined;
  const [a, b] = node.args;
  switch (node.op) {
    case "sub":
      return a === b ? zeroWhere(g, isFiniteNumber(g, a)) : undefined;
    case "mul": {
      const other = isZero(a) ? b : isZero(b) ? a : undefined;
      return other && zeroWhere(g, isFiniteNumber(g, other));
    }
    case "div":
      return isZero(a) ? zeroWhere(g, g.map("lt", a, g.map("abs", b))) : undefined;
    default:
      return undefined;
  }
}

function zeroWhere(g: GraphBuilder, condition: Node): Node {
  return g.where(condition, g.literal(0), g.literal(Number.NaN));
}

function isFiniteNumber(g: GraphBuilder, node: Node): Node {
  return g.map("lt", g.map("abs", node), g.literal(Number.POSITIVE_INFINITY));
}

/** The maximum that is taken off the operand of `exp`, as in a softmax. */
export function maximumBelow({ args: [operand] }: MapNode): Extract<Node, { kind: "reduce" }> | undefined {
  if (operand.kind !== "map" || operand.op !== "sub") return undefined;
  const [value, maximum] = operand.args;
  if (maximum.kind !== "reduce" || maximum.op !== "max" || maximum.arg !== value) return undefined;
  return maximum;
}
