/** The lanes of a row add up their shares of it, and share the totals. */
import { fold, local } from "../ir/expr.ts";
import type { Frame, NameOf } from "./frame.ts";
import { type Path, sumLoop } from "./loop.ts";
import { shareTotals, type Total } from "./reduce-across-lanes.ts";
import type { Walk } from "./value-context.ts";

export const walkOfLanes: Walk = {
  sum: (context, row, path, when, terms) => {
    const { nameOf } = context;
    const totals = foldTotals(row, path, sumLoop(row, path, when, terms, nameOf), nameOf);
    shareTotals(row.body, totals, context);
    return totals;
  },
  // A load beyond a buffer is harmless on a GPU.
  some: (_, row, __, ___, write) => write(row),
};

/** If the loop went four by four along the row, combines the four shares of a lane into one. */
function foldTotals(row: Frame, path: Path, totals: readonly Total[], nameOf: NameOf): Total[] {
  return totals.map((total): Total => {
    if (path.vector === null || total.type !== "f32x4") return total;
    const name = nameOf(total.name);
    row.body.push({ kind: "var", name, value: fold(total.op, local("f32x4", total.name)) });
    return { ...total, name, type: "f32" };
  });
}
