/** Derivative rules of windows. The transpose of a window goes as far back as the window goes ahead. */
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node, Window, WindowNode } from "../tensor/graph.ts";
import { addends } from "../tensor/terms.ts";
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
    // var x → Σ e·(x − mean x) over the transposed window, e = 2·d / n: of the x of here and the mean of there.
    case "var": {
      const e = g.div(g.mul(ofSeveral(g, d, over), g.literal(2)), countOf(g, over));
      return isUnbounded(over) ? fromShift(g, x, e, over) : fromNeighbours(g, x, e, over);
    }
    // max x → d to the largest, split evenly among those that are equal
    case "max":
    case "min": {
      const ties = g.window("matches", [g.literal(1), x, node], over);
      return g.window("matches", [guardedQuotient(g, d, ties), node, x], transposed(over));
    }
    // mean x − x → Σ d / n over the transposed window, minus d
    case "rest": {
      const own = ofSeveral(g, d, over);
      return g.sub(windowSum(g, g.div(own, countOf(g, over)), transposed(over)), own);
    }
    case "matches":
    case "pull":
      throw new Error(`differentiation comes before what made this window of ${op}`);
  }
}

/**
 * The cotangent where a window has several elements. Of one element, neither the variance nor the difference from the mean
 * changes, and the cotangent is huge there: in a causal norm the first step is divided by the root of eps. It would cancel
 * only up to rounding.
 */
function ofSeveral(g: GraphBuilder, d: Node, over: readonly Window[]): Node {
  if (!over.every(endsAlone)) return d;
  return g.where(g.map("lt", g.literal(1), countOf(g, over)), d, g.literal(0));
}

/** Whether a window may have one element at an end of the axis: it reaches to one side only, as far as is known. */
function endsAlone({ before, after }: Window): boolean {
  return [before, after].some((one) => one.kind === "param" || (one.kind === "fixed" && one.count === 0));
}

function transposed(over: readonly Window[]): Window[] {
  return over.map(({ axis, before, after }) => ({ axis, before: after, after: before }));
}

/**
 * A scan of sums: z·Σe − Σ(e·mean z), z = x − its first element. A variance is the same for z, and the difference loses no
 * digits far from zero. Nor does a sum x, whose terms come one by one.
 */
function fromShift(g: GraphBuilder, x: Node, e: Node, over: readonly Window[]): Node {
  const back = transposed(over);
  const sum = windowSum(g, e, back);
  const parts = addends(x).map((term) => {
    const along = over.filter(({ axis }) => term.axes.includes(axis));
    // A term that is the same all along the window changes no variance.
    if (along.length === 0) return g.literal(0);
    const z = g.sub(term, firstOf(g, term, along));
    const mean = g.window("mean", [z], along);
    return g.sub(g.mul(z, sum), windowSum(g, g.mul(e, mean), back));
  });
  return parts.reduce((a, b) => g.add(a, b));
}

/** x − mean(x) of there = (x of here − x of there) + (x − mean x) of there: exact where the variance is near zero too. */
function fromNeighbours(g: GraphBuilder, x: Node, e: Node, over: readonly Window[]): Node {
  const back = transposed(over);
  const away = windowSum(g, g.mul(e, g.window("rest", [x], over)), back);
  return g.sub(g.window("pull", [e, x, x], back), away);
}

function isUnbounded(over: readonly Window[]): boolean {
  return over.some(({ before, after }) => before.kind === "all" || after.kind === "all");
}

/**
 * The element at which windows along some axes begin. The first windows have few elements, whose variance may be near
 * zero, and all of them are near that one.
 */
function firstOf(g: GraphBuilder, x: Node, over: readonly Window[]): Node {
  const isFirst = over.map(({ axis, before }) => {
    const first = before.kind === "all" ? g.literal(0) : g.sub(g.size([axis]), g.literal(1));
    return g.map("eq", g.index(axis), first);
  });
  const here = isFirst.reduce((a, b) => g.mul(a, b));
  return g.reduce(
    "sum",
    g.where(here, x, g.literal(0)),
    over.map((one) => one.axis),
  );
}
