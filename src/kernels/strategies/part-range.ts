/**
 * The parts of a row that several workgroups share. All have the same number of steps, but the last ones may have fewer
 * or none.
 */

import { bind, type Frame, type NameOf } from "../body/frame.ts";
import { type Path, type Range, stepsOf } from "../body/loop.ts";
import { add, binary, builtin, div, float, mul, parts, sub, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";

/** The steps of a row that this workgroup takes. Binds their bounds to names. */
export function partRange(row: Frame, path: Path, nameOf: NameOf): Range {
  const size = stepsPerPart(path);
  const first = bind(row, "first", binary("min", mul(builtin("part"), size), stepsOf(path)), nameOf);
  return {
    kind: "part",
    first,
    end: bind(row, "last", binary("min", add(first, size), stepsOf(path)), nameOf),
  };
}

/** How many parts have at least one step. */
export function partsUsed(path: Path): Expr {
  const size = stepsPerPart(path);
  return div(sub(add(stepsOf(path), size), u32(1)), size);
}

/** The number of elements in a part, as f32. */
export function elementsIn(part: Expr, path: Path): Expr {
  const size = stepsPerPart(path);
  const end = binary("min", mul(add(part, u32(1)), size), stepsOf(path));
  const steps = sub(end, mul(part, size));
  return float(path.vector === null ? steps : mul(steps, u32(4)));
}

function stepsPerPart(path: Path): Expr {
  return div(sub(add(stepsOf(path), parts), u32(1)), parts);
}
