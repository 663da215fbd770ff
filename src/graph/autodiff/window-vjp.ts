/** Derivative rules of windows. The transpose of a window goes as far back as the window goes ahead. */
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node, Window, WindowNode } from "../tensor/graph.ts";
import { countOf, windowSum } from "./algebra/window-sum.ts";
import { guardedQuotient } from "./cotangent.ts";

/** The cotangent of the operand of a window. */
export function windowVjp(g: GraphBuilder, d: Node, node: WindowNode): Node {
  const { op, over } = node;
  const [x] = node.args;
  switch (op) {
    // Σ x → Σ d over the transposed window
    case "sum":
      return windowSum(g, d, transposed(over));
    // mean x → Σ d / n over the transposed window
    case "mean":
      return windowSum(g, g.div(d, countOf(g, over)), transposed(over));
    // var x → z·Σe − Σ(e·mean z) over the transposed window, e = 2·d / n. A variance is the same for z = x − shift, and
    // of z the difference loses no digits.
    case "var": {
      const z = nearZero(g, x, over);
      const e = g.div(g.mul(d, g.literal(2)), countOf(g, over));
      const back = transposed(over);
      const of = g.mul(e, g.window("mean", [z], over));
      return g.sub(g.mul(z, windowSum(g, e, back)), windowSum(g, of, back));
    }
    // max x → d to the largest, split evenly among those that are equal
    case "max":
    case "min": {
      const ties = g.window("matches", [g.literal(1), x, node], over);
      return g.window("matches", [guardedQuotient(g, d, ties), node, x], transposed(over));
    }
    case "rest":
    case "matches":
      throw new Error(`differentiation comes before what made this window of ${op}`);
  }
}

function transposed(over: readonly Window[]): Window[] {
  return over.map(({ axis, before, after }) => ({ axis, before: after, after: before }));
}

/** Each term of a sum loses a number near its values. */
function nearZero(g: GraphBuilder, x: Node, over: readonly Window[]): Node {
  if (x.kind === "map" && x.op === "add") {
    const [a, b] = x.args;
    return g.add(nearZero(g, a, over), nearZero(g, b, over));
  }
  const axes = over.map((one) => one.axis).filter((axis) => x.axes.includes(axis));
  // A term that is the same all along the window changes no variance, but the sum keeps its axes.
  return axes.length === 0 ? g.sub(x, x) : g.sub(x, g.reduce("shift", x, axes));
}
