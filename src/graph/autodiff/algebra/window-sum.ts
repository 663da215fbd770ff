/** Sums over windows, and how many elements they have. */
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node, Reach, Window } from "../../tensor/graph.ts";

/** The sum of a value that may be the same all along an axis of the window. */
export function windowSum(g: GraphBuilder, value: Node, over: readonly Window[]): Node {
  const along = over.filter((one) => value.axes.includes(one.axis));
  const absent = over.filter((one) => !along.includes(one));
  const sum = along.length === 0 ? value : g.window("sum", [value], along);
  return absent.length === 0 ? sum : g.mul(sum, countOf(g, absent));
}

/** How many coordinates a window has: fewer at the ends of an axis. */
export function countOf(g: GraphBuilder, over: readonly Window[]): Node {
  const one = g.literal(1);
  const counts = over.map(({ axis, before, after }) => {
    const here = g.index(axis);
    const left = g.sub(g.sub(g.size([axis]), one), here);
    return g.add(g.add(within(g, before, here), within(g, after, left)), one);
  });
  return counts.reduce((a, b) => g.mul(a, b));
}

/** How far a window reaches where only `most` coordinates are left. */
function within(g: GraphBuilder, reach: Reach, most: Node): Node {
  switch (reach.kind) {
    case "all":
      return most;
    case "fixed":
      return reach.count === 0 ? g.literal(0) : g.map("min", g.literal(reach.count), most);
    case "param": {
      const param = g.param(reach.param);
      if (reach.share === "whole") return g.map("min", param, most);
      const half = g.div(g.sub(param, g.literal(1)), g.literal(2));
      return g.map("min", g.map(reach.share === "lower" ? "floor" : "ceil", half), most);
    }
  }
}
