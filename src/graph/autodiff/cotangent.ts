/** Helpers of the rules in `vjp.ts`: they multiply a cotangent and sum it over axes. */

import { type AxisSet, minus } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Node, operands, reachable } from "../tensor/graph.ts";
import { isZero } from "../tensor/terms.ts";

/** `d · slope`, for a slope that is finite wherever the value is. */
export function scaled(g: GraphBuilder, d: Node, slope: Node): Node {
  return g.mul(d, slope);
}

/**
 * `d · slope`, for a slope that may be infinite. A branch of `where` that was not taken has the cotangent 0, and 0 · ∞
 * would be NaN (`elu` at 100, say, whose other branch is exp(100)). So the multiplication moves into the branch:
 *
 *     where(c, d, 0) · slope  →  where(c, d · slope, 0)
 */
export function guarded(g: GraphBuilder, d: Node, slope: Node): Node {
  return inBranches(g, d, (one) => g.mul(one, slope)) ?? g.mul(d, slope);
}

/**
 * `d · slope` for a slope that is finite wherever the value is. It is also multiplied inside a `where` whose condition
 * reads no tensor that the slope reads element by element: such a mask may exclude elements that are not numbers.
 */
export function masked(g: GraphBuilder, d: Node, slope: Node): Node {
  return isMasked(d, tensorsOfElements(slope)) ? guarded(g, d, slope) : scaled(g, d, slope);
}

function isMasked(d: Node, tensors: ReadonlySet<string>): boolean {
  if (d.kind !== "map") return false;
  const [first, a, b] = d.args;
  if (d.op === "neg" || d.op === "mul" || d.op === "div") return isMasked(first, tensors);
  if (d.op !== "where" || !(isZero(a) || isZero(b))) return false;
  const mask = [...tensorsOfElements(first)];
  return mask.length > 0 && tensors.size > 0 && mask.every((one) => !tensors.has(one));
}

/** The tensors that a value reads element by element, not through reductions. */
function tensorsOfElements(value: Node): Set<string> {
  const read = reachable([value], (node) => (node.kind === "reduce" ? [] : operands(node)));
  return new Set(read.flatMap((one) => (one.kind === "input" ? [one.tensor] : [])));
}

/** `d / divisor`, with the division inside the branches in the same way. */
export function guardedQuotient(g: GraphBuilder, d: Node, divisor: Node): Node {
  return inBranches(g, d, (one) => g.div(one, divisor)) ?? g.div(d, divisor);
}

/** Undefined if `d` is not a product with a choice in it. */
function inBranches(g: GraphBuilder, d: Node, apply: (one: Node) => Node): Node | undefined {
  if (d.kind !== "map") return undefined;
  const [first, a, b] = d.args;
  switch (d.op) {
    case "where": {
      const branch = (one: Node): Node => (isZero(one) ? one : (inBranches(g, one, apply) ?? apply(one)));
      return isZero(a) || isZero(b) ? g.where(first, branch(a), branch(b)) : undefined;
    }
    case "neg":
    case "mul":
    case "div": {
      const inside = inBranches(g, first, apply);
      return inside && g.map(d.op, inside, ...d.args.slice(1));
    }
    default:
      return undefined;
  }
}

/**
 * The cotangent of an operand with fewer axes than its user: it is summed over the axes that the operand was broadcast
 * along. `d` may itself lack axes of the user. It is constant along those, so its sum there is a multiple.
 */
export function sumToAxes(g: GraphBuilder, d: Node, user: AxisSet, operand: AxisSet): Node {
  const lost = minus(user, operand);
  const present = lost.filter((axis) => d.axes.includes(axis));
  const summed = g.reduce("sum", d, present);
  const absent = minus(lost, present);
  return absent.length === 0 ? summed : g.mul(summed, g.size(absent));
}
