/**
 * Segments of a row: all lanes go through a loop over the outer axes together, and share the steps of a loop over the
 * inner axes inside it. Each segment's sums are stored, and the sums of the row are computed from them.
 *
 *     for (k …) { for (i = lane; i < S; i += LANES) { t += v }  share t;  store t;  total += gamma[k] · t }
 */

import { createFrame, type Frame } from "../body/frame.ts";
import { block, identity, type Path, stepsOf } from "../body/loop.ts";
import { lowerReductions } from "../body/statistics/reduce.ts";
import { storeOnce } from "../body/store.ts";
import { lowerValue } from "../body/value.ts";
import type { ValueContext } from "../body/value-context.ts";
import { add, binary, local, u32 } from "../ir/expr.ts";
import type { Expr, Stmt } from "../ir/ir.ts";
import type { RowLoop } from "../schedule/plan.ts";

export type SegmentsLoop = Extract<RowLoop, { readonly kind: "segments" }>;

/**
 * @param path the loop over the outer axes, and the share of them that this workgroup has. @param inner the loop over
 * the inner axes.
 */
export function lowerSegments(
  context: ValueContext,
  row: Frame,
  loop: SegmentsLoop,
  path: Path,
  inner: Path,
  active: Expr,
): void {
  const { nameOf } = context;
  const at = nameOf("segment");
  const frame = createFrame(row, { factors: path.over, linear: local("u32", at), vector: null });
  const reductions = loop.segments.map((one) => one.value);
  lowerReductions(context, frame, reductions, inner);
  storeOnce(context, frame, active, loop.segments, null);
  const totals = loop.reductions.map((node) => {
    const value = lowerValue(context, frame, node.arg);
    return { node, value, name: nameOf("total"), part: nameOf("part") };
  });
  const begin = (name: string, { type }: Expr): Stmt => ({ kind: "var", name, value: identity("add", type) });
  const grow = (name: string, value: Expr): Stmt => ({
    kind: "assign",
    name,
    value: add(local(value.type, name), value),
  });
  const each = (start: Expr, end: Expr, body: readonly Stmt[]): Stmt => ({
    kind: "for",
    name: at,
    start,
    end,
    step: u32(1),
    body,
  });
  const range = path.range.kind === "part" ? path.range : { first: u32(0), end: stepsOf(path) };
  if (totals.length === 0) {
    row.body.push(each(range.first, range.end, frame.body));
    return;
  }
  // Chains of bounded length, as in every sum.
  const outer = nameOf("block");
  const stop = binary("min", add(local("u32", outer), u32(block)), range.end);
  row.body.push(...totals.map(({ name, value }) => begin(name, value)), {
    kind: "for",
    name: outer,
    start: range.first,
    end: range.end,
    step: u32(block),
    body: [
      ...totals.map(({ part, value }) => begin(part, value)),
      each(local("u32", outer), stop, [...frame.body, ...totals.map(({ part, value }) => grow(part, value))]),
      ...totals.map(({ name, part, value }) => grow(name, local(value.type, part))),
    ],
  });
  for (const { node, name, value } of totals) row.values.set(node, local(value.type, name));
}
