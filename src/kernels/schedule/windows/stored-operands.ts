/**
 * Operands of windows that are stored before the window goes over them. A window evaluates its operand at each of its
 * elements, so an operand that takes many operations, or a window of its own, is better computed once.
 */
import { isNative, type Operator } from "../../../graph/operators/operators.ts";
import { type Node, operands, reachable, type WindowNode } from "../../../graph/tensor/graph.ts";
import { neighbours } from "../../../graph/tensor/windows.ts";

/** The cost of an operand that is worth its way through memory. An addition or a product costs 1. */
const worthStoring = 8;

const cheap: ReadonlySet<Operator> = new Set<Operator>([
  ...(["add", "sub", "mul", "neg", "abs", "min", "max", "where"] as const),
  ...(["lt", "le", "eq", "ne", "sign", "floor", "ceil", "trunc", "round"] as const),
]);

/** The values to store before a window is computed. */
export function storedOperands(window: WindowNode): readonly Node[] {
  const along = window.over.map((one) => one.axis);
  const isCostly = (value: Node): boolean => cost(value, along) > worthStoring;
  return neighbours(window).flatMap((value) => {
    if (!isCostly(value)) return [];
    // What everything in the operand goes through: of d² that is d, which others may need too.
    let found = value;
    for (;;) {
      const below = [...new Set(operands(found).filter((one) => one.axes.length > 0))];
      const [only] = below;
      if (found.kind !== "map" || below.length !== 1 || !isCostly(only)) return [found];
      found = only;
    }
  });
}

/** Counts what differs along the window; the rest is computed before it. */
function cost(value: Node, along: readonly string[]): number {
  const moves = (node: Node): boolean => along.some((axis) => node.axes.includes(axis));
  const nodes = reachable([value], (node) => (node.kind === "map" ? node.args.filter(moves) : []));
  return nodes.reduce((sum, node) => {
    if (!moves(node)) return sum;
    if (node.kind === "window") return Number.POSITIVE_INFINITY;
    if (node.kind !== "map") return sum;
    return sum + (cheap.has(node.op) && isNative(node.op) ? 1 : 4);
  }, 0);
}
