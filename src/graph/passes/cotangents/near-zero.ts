/** A product of values far from zero, near zero: minus the product of a sample of each. */
import type { AxisSet } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node } from "../../tensor/graph.ts";

/**
 *     a · b − sa · sb  =  (a − sa) · b + sa · (b − sb),  sa = shift(a over A), sb = shift(b over A)
 *
 * Of tensors that lie far from zero, `a − sa` is exact, and a product is rounded by as much as it differs from the others
 * of its row. A sample of the product itself would leave its rounding: with gamma 1 ± 1e-4 and d_y at mean/std 1e6, d_x of
 * layer norm was off by 1e-4. Values that are computed are rounded already, so they are one factor.
 */
export function nearZero(g: GraphBuilder, factors: readonly Node[], over: AxisSet): Node {
  if (factors.some((one) => one.kind !== "input")) return aboutSample(g, factors.reduce(g.mul), over).near;
  const [first, ...rest] = factors;
  let { near, base } = aboutSample(g, first, over);
  for (const factor of rest) {
    const own = aboutSample(g, factor, over);
    near = g.add(g.mul(near, factor), g.mul(base, own.near));
    base = g.mul(base, own.base);
  }
  return near;
}

function aboutSample(g: GraphBuilder, value: Node, over: AxisSet): { near: Node; base: Node } {
  const own = over.filter((axis) => value.axes.includes(axis));
  const base = g.reduce("shift", value, own);
  return { near: g.sub(value, base), base };
}
