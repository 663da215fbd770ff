/** A second look at sums of squares that leave f32, with the values times a power of two (`rescale.ts`). */

import type { Node, ReduceNode } from "../../../graph/tensor/graph.ts";
import { addends, rootOfSquare } from "../../../graph/tensor/terms.ts";
import { add, any, binary, local, mul, select } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";
import { bind, type Frame } from "../frame.ts";
import type { Path } from "../loop.ts";
import { lowerValue } from "../value.ts";
import type { ValueContext } from "../value-context.ts";
import { isScaled, scaleOf } from "./rescale.ts";

/** @param squares the reductions of one operand each, a square or a sum of squares: the sum, its scale, or both. */
export function rescaleSums(
  context: ValueContext,
  row: Frame,
  path: Path,
  squares: readonly { readonly nodes: readonly ReduceNode[]; readonly total: Expr }[],
): void {
  const { nameOf } = context;
  const scales = squares.map(({ nodes: [{ floor }], total }) =>
    bind(row, "scale", scaleOf(total, floor ? lowerValue(context, row, floor) : null), nameOf),
  );
  const when = scales.map((one) => any(isScaled(one))).reduce((a, b) => binary("or", a, b));
  const terms = squares.map(({ nodes: [{ arg }] }, i) => ({
    name: nameOf("sum"),
    op: "add" as const,
    of: [arg],
    value: (frame: Frame) =>
      addends(arg)
        .map((one) => scaledSquare(frame, one, scales[i]))
        .reduce(add),
  }));
  const totals = context.walk.sum(context, row, path, when, terms);
  squares.forEach(({ nodes, total }, i) => {
    const second = local(totals[i].type, totals[i].name);
    const sum = bind(row, "sum_all", select(isScaled(scales[i]), second, total), nameOf);
    for (const node of nodes) row.values.set(node, node.op === "sumScale" ? scales[i] : sum);
  });

  function scaledSquare(frame: Frame, square: Node, scale: Expr): Expr {
    const root = rootOfSquare(square);
    // A far value is stored as it is, squares too.
    if (root === undefined) return mul(mul(lowerValue(context, frame, square), scale), scale);
    const named = bind(frame, "scaled", mul(lowerValue(context, frame, root), scale), nameOf);
    return mul(named, named);
  }
}
