/**
 * The derivative of a pick: what the cotangent of the picked value adds to that of its operand. An element gets the
 * cotangents of all places where it was picked. Places that are none (the value there is NaN) get nothing.
 *
 *     w[M = 0]              →  where(index(M) == 0, d, 0)
 *     gamma[Classes = l[N]] →  sum(where(index(Classes) == l, d, 0) over N)
 *     x[P = 1 - index(P)]   →  d[P = 1 - index(P)]
 *     x[D = index(D) - 1]   →  where(index(D) + 1 < size(D), d[D = index(D) + 1], 0)
 *
 * The sums are ordinary reductions: they add up in the same order each time.
 */
import { minus } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node, PickNode, Place } from "../tensor/graph.ts";
import { type KnownExtent, placeCheck } from "../tensor/index-range.ts";
import { pickForm } from "../tensor/pick-forms.ts";

/** @returns the cotangent of the operand, over axes of the operand alone. */
export function pickVjp(g: GraphBuilder, d: Node, { arg, at }: PickNode, extentOf: KnownExtent): Node {
  const form = pickForm(g, at, extentOf);
  const zero = g.literal(0);
  switch (form?.kind) {
    case "apart":
      return summed(g, g.where(isHere(g, at), d, zero), arg);
    case "permutation":
      return g.pick(d, [{ axis: at[0].axis, index: form.inverse }]);
    case "shift": {
      const [{ axis }] = at;
      const own = g.index(axis);
      const index = form.sign === 1 ? g.sub(own, form.rest) : g.sub(form.rest, own);
      const place: Place = { axis, index };
      const check = placeCheck(g, place, extentOf, [axis]);
      const picked = g.pick(d, [place]);
      return summed(g, check === undefined ? picked : g.where(check, picked, zero), arg);
    }
    case "table": {
      const terms = coordinates(g, form.shared, extentOf).map((one) => {
        const places = at.map(({ axis, index }) => ({ axis, index: g.pick(index, one) }));
        return summed(g, g.where(isHere(g, places), g.pick(d, one), zero), arg);
      });
      return terms.reduce(g.add);
    }
    case undefined:
      throw new Error("the checker refuses an index that has no gradient");
  }
}

function isHere(g: GraphBuilder, at: readonly Place[]): Node {
  return at.map(({ axis, index }) => g.map("eq", index, g.index(axis))).reduce(g.mul);
}

function summed(g: GraphBuilder, value: Node, arg: Node): Node {
  return g.reduce("sum", value, minus(value.axes, arg.axes));
}

/** Each coordinate along some axes, as places. */
function coordinates(g: GraphBuilder, axes: readonly string[], extentOf: KnownExtent): Place[][] {
  return axes.reduce<Place[][]>(
    (found, axis) =>
      found.flatMap((before) =>
        Array.from({ length: extentOf(axis) ?? 0 }, (_, place) => [
          ...before,
          { axis, index: g.literal(place) },
        ]),
      ),
    [[]],
  );
}
