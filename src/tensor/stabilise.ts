/**
 * The numerics contract, as a rewrite: means and variances in a form that f32 can compute far from zero.
 *
 * A mean of 1e6 in f32 is off by up to 0.03 by being f32, so a mean is kept in two parts, `centre + rest`: `centre` is
 * any f32 near the mean, known to every lane, and what is subtracted from elements is exact because both are close.
 *
 *     first  = x at the first place of A
 *     centre = first + mean(x − first over A)          within a few units in the last place of the mean
 *     d      = x − centre                               exact, or nearly
 *     rest   = mean(d over A)                           small
 *
 *     x − mean(x over A)  →  d − rest
 *     var(x over A)       →  max(mean(d² over A) − rest², 0)
 *     mean(x over A)      →  centre + rest
 *
 * This is the corrected two-pass algorithm (Chan, Golub & LeVeque 1983) with a shift. A mean that nothing is
 * subtracted from and no variance belongs to (RMS) stays as it is: there is no cancellation to guard against, and an
 * outlier in the first place would only do harm.
 */
import type { AxisSet } from "./axes.ts";
import type { GraphBuilder } from "./builder.ts";
import { type Graph, type Node, reachable } from "./graph.ts";
import { rewrite } from "./rewrite.ts";

export function stabilise(graph: Graph): Graph {
  const sensitive = sensitiveMeans(graph);
  // Operands are rewritten before their users, so what a mean was is remembered by what it became.
  const parts = new Map<Node, { arg: Node; over: AxisSet; d: Node; rest: Node }>();

  return rewrite(graph, (g, node, original) => {
    if (node.kind === "reduce" && (node.op === "var" || node.op === "mean")) {
      const key = original.kind === "reduce" ? meanKey(original.arg, original.over) : "";
      if (node.op === "mean" && !sensitive.has(key)) return node;
      const { centre, d, rest } = centred(g, node.arg, node.over);
      if (node.op === "var") {
        const square = g.reduce("mean", g.mul(d, d), node.over);
        return g.map("max", g.sub(square, g.mul(rest, rest)), g.literal(0));
      }
      const mean = g.add(centre, rest);
      parts.set(mean, { arg: node.arg, over: node.over, d, rest });
      return mean;
    }
    if (node.kind === "map" && node.op === "sub") {
      const mean = parts.get(node.args[1]);
      if (mean !== undefined && mean.arg === node.args[0]) return g.sub(mean.d, mean.rest);
    }
    return node;
  });
}

function centred(g: GraphBuilder, x: Node, over: AxisSet): { centre: Node; d: Node; rest: Node } {
  const first = g.reduce("first", x, over);
  const centre = g.add(first, g.reduce("mean", g.sub(x, first), over));
  const d = g.sub(x, centre);
  return { centre, d, rest: g.reduce("mean", d, over) };
}

const meanKey = (arg: Node, over: AxisSet): string => `${arg.id} ${over.join(" ")}`;

/** Means that are subtracted from their own operand, or whose variance is asked for. */
function sensitiveMeans(graph: Graph): Set<string> {
  const found = new Set<string>();
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (node.kind === "reduce" && node.op === "var") found.add(meanKey(node.arg, node.over));
    if (node.kind === "map" && node.op === "sub") {
      const [x, mean] = node.args;
      if (mean.kind === "reduce" && mean.op === "mean" && mean.arg === x) {
        found.add(meanKey(x, mean.over));
      }
    }
  }
  return found;
}
