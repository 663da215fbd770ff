/**
 * The numerics contract as a rewrite: it gives means and variances a form that f32 can compute far from zero.
 *
 * An f32 mean of 1e6 is off by up to 0.03 because it is an f32. So a mean becomes a pair, `shift + rest`. The shift is near
 * the values, so that subtracting it from them is exact, and the rest is small:
 *
 *     x − mean(x over A)  →  (x − shift(x over A)) − rest(x over A)
 *     var(x over A)       →  spread(x over A)
 *     mean(x over A)      →  shift + rest
 *
 * A pair goes on through sums, differences, products with values that are the same along an axis, and other means
 * (`forms/forms-of.ts`), until it meets another far value with the opposite sign. There the shifts are subtracted first
 * and the rests are added last:
 *
 *     mean(x over A) − mean(z over A)  →  (shift(x) − shift(z)) + rest(x) − rest(z)
 *
 * The kernel decides how to compute the three moments (`kernels/body/moments.ts`). A mean stays as it is if nothing can
 * cancel there: RMS norm, or a mean that only is an output. Statistics with a weight are in `weighted-moments.ts`.
 */
import { type Graph, type MapNode, momentKey, type Node } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { formBuilder } from "./forms/build-form.ts";
import type { Form } from "./forms/form.ts";
import { formsOf, isCentred, isHit } from "./forms/forms-of.ts";
import { needsOf } from "./forms/needs.ts";
import { weightedMoments } from "./weighted/weighted-moments.ts";

export function stabilise(graph: Graph): Graph {
  const forms = formsOf(graph, "pairs");
  const { pairs, weighted, exact } = needsOf(graph, forms);
  const moments = weightedMoments(graph, (one) => weighted.has(one));
  const made = new Map<Node, Node>();

  return rewrite(graph, (g, node, original) => {
    const newOf = (one: Node): Node => made.get(one) as Node;
    const build = formBuilder(g, forms, newOf, (one, part) => {
      const { bases, rest } = moments.pairOf(newOf(one))!;
      return part === "rest" ? rest : bases.reduce(g.add);
    });
    const isOwn = exact.has(original) || isCentred(original);
    const own = isOwn ? undefined : moments.rewritten(g, node, original);
    const value = own ?? stable();
    made.set(original, value);
    return value;

    function stable(): Node {
      if (isCentred(original)) return build.centred(original.args[1]);
      if (original.kind === "reduce" && original.op === "var") return build.spread(original);
      if (original.kind === "reduce" && original.op === "mean" && pairs.has(momentKey(original))) {
        return build.mean(original) ?? node;
      }
      if (!exact.has(original) || original.kind !== "map") return node;
      if (isHit(original)) return build.hit(original.args[1]);
      const difference = build.difference(forms.differenceOf(original) as Form);
      return isSum(original) ? difference : g.map(original.op, difference, g.literal(0));
    }
  });
}

const isSum = ({ op }: MapNode): boolean => op === "add" || op === "sub";
