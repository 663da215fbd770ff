/**
 * What the lanes before a lane add up to, and what all of them do: by exchange within a subgroup, then through workgroup
 * memory. After step `mask`, `all` is the total of the 2·mask lanes whose numbers differ in lower bits only.
 */

import type { NameOf } from "../body/frame.ts";
import { identity } from "../body/loop.ts";
import type { Sharing } from "../body/reduce-across-lanes.ts";
import {
  add,
  binary,
  builtin,
  div,
  lanes,
  local,
  mul,
  rows,
  select,
  sub,
  subgroup,
  u32,
} from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt, Type } from "../ir/ir.ts";

/** A lane's share of a scan. */
export interface Share {
  readonly op: FoldOp;
  readonly value: Expr;
}

/** The same numbers, of all lanes before this one and of all lanes. */
export interface Scanned {
  readonly before: Expr;
  readonly all: Expr;
}

interface Slot {
  readonly op: FoldOp;
  readonly type: Type;
  readonly before: string;
  readonly all: string;
}

export function scanLanes(body: Stmt[], shares: readonly Share[], { nameOf, barriers }: Sharing): Scanned[] {
  const slots = shares.map(
    ({ op, value }): Slot => ({ op, type: value.type, before: nameOf("before"), all: nameOf("all") }),
  );
  slots.forEach(({ op, type, before, all }, i) => {
    body.push({ kind: "var", name: before, value: identity(op, type) });
    body.push({ kind: "var", name: all, value: shares[i].value });
  });
  const mask = nameOf("mask");
  body.push({
    kind: "double",
    name: mask,
    end: subgroup,
    body: slots.flatMap((slot): Stmt[] => {
      const other = nameOf("other");
      return [
        { kind: "exchange", name: other, value: local(slot.type, slot.all), mask: local("u32", mask) },
        ...merged(slot, local(slot.type, other), isAfter(mask)),
      ];
    }),
  });
  if (barriers)
    body.push({
      kind: "if",
      condition: binary("lt", subgroup, lanes),
      body: throughMemory(slots, nameOf),
    });
  return slots.map(({ type, before, all }) => ({ before: local(type, before), all: local(type, all) }));
}

/** Whether the lanes of the other half come before this one. */
function isAfter(mask: string): Expr {
  return binary("eq", binary("mod", div(builtin("lane"), local("u32", mask)), u32(2)), u32(1));
}

function merged({ op, type, before, all }: Slot, other: Expr, after: Expr): Stmt[] {
  const own = local(type, before);
  return [
    { kind: "assign", name: before, value: select(after, binary(op, other, own), own) },
    { kind: "assign", name: all, value: binary(op, local(type, all), other) },
  ];
}

/** All shares go through the memory together, with two barriers for each step, however many there are. */
function throughMemory(slots: readonly Slot[], nameOf: NameOf): Stmt[] {
  const place = (slot: number, lane: Expr): Expr =>
    add(mul(u32(slot), mul(lanes, rows)), add(mul(builtin("row"), lanes), lane));
  const put = slots.map(
    ({ type, all }, slot): Stmt => ({
      kind: "storeShared",
      index: place(slot, builtin("lane")),
      value: local(type, all),
    }),
  );
  const mask = nameOf("mask");
  const step = local("u32", mask);
  const after = nameOf("after");
  const lane = builtin("lane");
  const neighbour = select(local("bool", after), sub(lane, step), add(lane, step));
  const take = slots.flatMap((slot, i): Stmt[] => {
    const other = nameOf("other");
    return [
      { kind: "loadShared", name: other, index: place(i, neighbour) },
      ...merged(slot, local(slot.type, other), local("bool", after)),
    ];
  });
  return [
    ...put,
    { kind: "barrier" },
    {
      kind: "double",
      name: mask,
      end: lanes,
      body: [
        {
          kind: "if",
          condition: binary("le", subgroup, step),
          body: [
            { kind: "let", name: after, value: isAfter(mask) },
            ...take,
            { kind: "barrier" },
            ...put,
            { kind: "barrier" },
          ],
        },
      ],
    },
  ];
}
