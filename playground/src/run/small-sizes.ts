/** The sizes of the form, made small: each free axis has a few elements. */
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import type { Sizes } from "../../../src/tools/cli/arguments/settings.ts";

/** The largest extent of a free axis. What a param fixes stays, and an axis that is split keeps whole factors. */
const most = 8;

export function smallSizes({ axes }: Graph, { extents, params }: Sizes): Sizes {
  const small = [...extents].map(([name, sizes]): [string, readonly number[]] => {
    const axis = axes.find((one) => one.name === name);
    if (axis !== undefined && axis.factors.length > 1) return [name, sizes];
    return [name, sizes.map((one) => Math.min(one, axis?.variadic === true ? 3 : most))];
  });
  return { extents: new Map(small), params };
}
