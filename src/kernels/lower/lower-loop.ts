/** Lowers one loop over a row, of any kind. */

import type { Path } from "../body/loop.ts";
import { lowerReductions } from "../body/statistics/reduce.ts";
import type { RowLoop } from "../schedule/plan.ts";
import { lowerSegments } from "../strategies/segments.ts";
import type { Lowering } from "./lowering.ts";
import type { OpenRow } from "./open-row.ts";

/** @param path the axes of the loop, and which of their steps it takes. */
export function lowerLoop({ context, pathOver }: Lowering, open: OpenRow, loop: RowLoop, path: Path): void {
  switch (loop.kind) {
    case "samples":
    case "reductions":
      lowerReductions(context, open.row, loop.reductions, path);
      return;
    case "segments":
      lowerSegments(context, open.row, loop, path, pathOver(loop.inner), open.active);
      return;
  }
}
