/** Loops over the parts of a row. Each lane takes its share of them, as it does with the steps of a row. */

import type { Frame } from "../body/frame.ts";
import { accumulate, identity, type Path } from "../body/loop.ts";
import { shareTotals, type Total } from "../body/reduce-across-lanes.ts";
import type { ValueContext } from "../body/value-context.ts";
import { builtin, lanes, local } from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt } from "../ir/ir.ts";
import { type SlotPlace, slotAccess } from "./partials.ts";

/** The parts of the current row, as code that merges them needs them. */
export interface RowParts {
  readonly context: ValueContext;
  readonly row: Frame;
  readonly path: Path;
  /** How many parts have at least one element. */
  readonly used: Expr;
  readonly slotAt: SlotPlace;
}

/** A value to fold over the parts. `value` writes it for one part into the loop's body. */
export interface PartTerm {
  readonly op: FoldOp;
  readonly value: (body: Stmt[], part: Expr) => Expr;
}

/** Reads a number that a part handed on. */
export function loadSlot({ context, row, slotAt }: RowParts, body: Stmt[], slot: number, part: Expr): Expr {
  const { access, type } = slotAccess(row);
  const name = context.nameOf("part");
  body.push({ kind: "load", name, ...slotAt(slot, part), access });
  return local(type, name);
}

/** Folds values over the parts. All lanes get the same totals. */
export function foldParts({ context, row, used }: RowParts, terms: readonly PartTerm[]): Expr[] {
  const { nameOf } = context;
  const { type } = slotAccess(row);
  const totals = terms.map(({ op }): Total => ({ name: nameOf("total"), type, op }));
  for (const { name, op } of totals) row.body.push({ kind: "var", name, value: identity(op, type) });
  const part = nameOf("p");
  const body: Stmt[] = [];
  terms.forEach(({ op, value }, i) => {
    body.push(accumulate(totals[i].name, op, value(body, local("u32", part))));
  });
  row.body.push({ kind: "for", name: part, start: builtin("lane"), end: used, step: lanes, body });
  shareTotals(row.body, totals, context);
  return totals.map(({ name }) => local(type, name));
}
