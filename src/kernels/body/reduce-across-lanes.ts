/** Shares a row's totals among all of its lanes: by exchange within a subgroup, then by a tree in workgroup memory. */
import { add, binary, builtin, div, lanes, local, mul, rows, subgroup, u32 } from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt, Type } from "../ir/ir.ts";
import type { NameOf } from "./frame.ts";

/** A variable that holds a lane's share of a total. */
export interface Total {
  readonly name: string;
  readonly type: Type;
  readonly op: FoldOp;
}

export interface Sharing {
  readonly nameOf: NameOf;
  /** Whether the lanes of a row may belong to several subgroups. */
  readonly barriers: boolean;
}

/**
 * Combines the lanes' shares. Afterwards each variable holds the total over the lanes of the row, with the same bits in
 * every lane.
 */
export function shareTotals(body: Stmt[], totals: readonly Total[], { nameOf, barriers }: Sharing): void {
  const mask = nameOf("mask");
  const exchange = totals.flatMap(({ name, type, op }): Stmt[] => {
    const other = nameOf("other");
    return [
      { kind: "exchange", name: other, value: local(type, name), mask: local("u32", mask) },
      { kind: "assign", name, value: binary(op, local(type, name), local(type, other)) },
    ];
  });
  body.push({ kind: "double", name: mask, end: subgroup, body: exchange });
  if (barriers)
    body.push({ kind: "if", condition: binary("lt", subgroup, lanes), body: treeOf(totals, nameOf) });
}

/** All totals go through the tree together, with one barrier for each step, however many totals there are. */
function treeOf(totals: readonly Total[], nameOf: NameOf): Stmt[] {
  const place = (slot: number, lane: Expr): Expr =>
    add(mul(u32(slot), mul(lanes, rows)), add(mul(builtin("row"), lanes), lane));
  const half = nameOf("half");
  const merge = totals.flatMap(({ op, type }, slot): Stmt[] => {
    const mine = nameOf("mine");
    const other = nameOf("other");
    return [
      { kind: "loadShared", name: mine, index: place(slot, builtin("lane")) },
      { kind: "loadShared", name: other, index: place(slot, add(builtin("lane"), local("u32", half))) },
      {
        kind: "storeShared",
        index: place(slot, builtin("lane")),
        value: binary(op, local(type, mine), local(type, other)),
      },
    ];
  });
  const inHalf = binary("lt", builtin("lane"), local("u32", half));
  return [
    ...totals.map(
      ({ name, type }, slot): Stmt => ({
        kind: "storeShared",
        index: place(slot, builtin("lane")),
        value: local(type, name),
      }),
    ),
    { kind: "barrier" },
    {
      kind: "halve",
      name: half,
      start: div(lanes, u32(2)),
      // The lanes of one subgroup already hold the same value, so the tree ends where two subgroups meet.
      end: subgroup,
      body: [{ kind: "if", condition: inHalf, body: merge }, { kind: "barrier" }],
    },
    ...totals.flatMap(({ name, type }, slot): Stmt[] => {
      const all = nameOf("all");
      return [
        { kind: "loadShared", name: all, index: place(slot, u32(0)) },
        { kind: "assign", name, value: local(type, all) },
      ];
    }),
    // The next tree writes to memory from which lanes still read this one.
    { kind: "barrier" },
  ];
}
