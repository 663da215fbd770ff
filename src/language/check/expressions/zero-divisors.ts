/**
 * Finds divisions by an extent expression that can be zero, such as `n / (n - 1)` for n = 1, from bounds of expressions
 * of extents and numbers. Extents count from 1 here: if one is 0, there are no elements, so nothing is divided.
 */

import { type Node, reachable } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import type { Scope } from "../scope/scope.ts";

type Bounds = readonly [low: number, high: number];

export function warnZeroDivisor(scope: Scope, divisor: Node, span: Span): void {
  const bounds = extentBounds(divisor);
  if (bounds === undefined || bounds[0] > 0 || bounds[1] < 0) return;
  if (divisor.kind === "literal") return;
  scope.report(
    diagnostic("N409", "this divisor is zero for some extents", span, {
      note: "guard it: `max(…, 1)`",
    }),
  );
}

/** Undefined if the divisor depends on anything but extents and numbers. */
function extentBounds(divisor: Node): Bounds | undefined {
  const found = new Map<Node, Bounds | undefined>();
  // Most divisors depend on a tensor. For these the search ends here.
  if (divisor.axes.length > 0) return undefined;
  for (const node of reachable([divisor]))
    found.set(
      node,
      boundsOf(node, (one) => found.get(one)),
    );
  return found.get(divisor);
}

function boundsOf(node: Node, known: (arg: Node) => Bounds | undefined): Bounds | undefined {
  if (node.kind === "literal") return [node.value, node.value];
  if (node.kind === "size") return [1, Number.POSITIVE_INFINITY];
  if (node.kind !== "map") return undefined;
  const args: Bounds[] = [];
  for (const arg of node.args) {
    const bounds = known(arg);
    if (bounds === undefined) return undefined;
    args.push(bounds);
  }
  const [a, b, c] = args;
  switch (node.op) {
    case "add":
      return [a[0] + b[0], a[1] + b[1]];
    case "sub":
      return [a[0] - b[1], a[1] - b[0]];
    case "mul":
      return a[0] >= 0 && b[0] >= 0 ? [a[0] * b[0], a[1] * b[1]] : undefined;
    case "max":
      return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    case "min":
      return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
    case "clamp":
      return [Math.min(Math.max(a[0], b[0]), c[0]), Math.min(Math.max(a[1], b[1]), c[1])];
    default:
      return undefined;
  }
}
