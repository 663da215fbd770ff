/** Reductions of a row: a loop in which each lane adds up its share, then a tree across the lanes. */
import type { AxisSet } from "../tensor/axes.ts";
import { type Node, type ReduceNode, reachable } from "../tensor/graph.ts";
import { add, binary, builtin, extentOf, f32, float, lanes, local, mul, u32 } from "./expr.ts";
import { createFrame, type Frame } from "./frame.ts";
import type { BinaryOp, Expr, Stmt } from "./ir.ts";
import { type ValueContext, valueOf } from "./value.ts";

/** Reductions that one loop can serve: over the same axes, none of them needing another. */
export interface ReductionLoop {
  readonly over: AxisSet;
  readonly reductions: readonly ReduceNode[];
}

/** The loops that values need, in an order in which each finds what it needs. */
export function reductionLoops(values: readonly Node[]): ReductionLoop[] {
  const level = new Map<Node, number>();
  const loops = new Map<string, { level: number; over: AxisSet; reductions: ReduceNode[] }>();
  for (const node of reachable(values)) {
    const below = Math.max(0, ...operandsOf(node).map((one) => level.get(one) ?? 0));
    const isLoop = node.kind === "reduce" && node.op !== "first";
    level.set(node, isLoop ? below + 1 : below);
    if (!isLoop) continue;
    const key = `${below} ${node.over.join(" ")}`;
    const loop = loops.get(key) ?? { level: below, over: node.over, reductions: [] };
    loop.reductions.push(node);
    loops.set(key, loop);
  }
  return [...loops.values()].sort((a, b) => a.level - b.level);
}

function operandsOf(node: Node): readonly Node[] {
  if (node.kind === "map") return node.args;
  return node.kind === "reduce" ? [node.arg] : [];
}

/**
 * Terms that one accumulator takes before it is added to the total. Rounding errors of a sum grow with the number of
 * terms; in two levels a row of ten million on 64 lanes has chains of 256 and 610 instead of one of 156,250. A
 * compensated sum would do more, but WGSL has no `precise` and Mesa's optimizer was seen to fold (a + b) − a to b.
 */
const block = 256;

const steps: Readonly<Record<"sum" | "mean" | "max" | "min", { op: BinaryOp; identity: number }>> = {
  sum: { op: "add", identity: 0 },
  mean: { op: "add", identity: 0 },
  max: { op: "max", identity: Number.NEGATIVE_INFINITY },
  min: { op: "min", identity: Number.POSITIVE_INFINITY },
};

/** Writes one loop into the row's frame; its results are values of that frame from then on. */
export function lowerReductionLoop(
  context: ValueContext,
  row: Frame,
  loop: ReductionLoop,
  over: AxisSet,
): void {
  const { nameOf } = context;
  const count = extentOf(over);
  const parts = loop.reductions.map((node) => ({
    node,
    step: stepOf(node),
    part: nameOf("part"),
    total: nameOf(node.op),
  }));
  for (const { total, step } of parts) row.body.push({ kind: "var", name: total, value: f32(step.identity) });

  const outer = nameOf("block");
  const stop = nameOf("stop");
  const place = nameOf("i");
  const inner = createFrame(row, { factors: over, linear: local("u32", place) });
  for (const { node, part, step } of parts) {
    const value = valueOf(context, inner, node.arg);
    inner.body.push({ kind: "assign", name: part, value: binary(step.op, local("f32", part), value) });
  }
  const stride = mul(lanes, u32(block));
  const body: Stmt[] = [
    ...parts.map(({ part, step }): Stmt => ({ kind: "var", name: part, value: f32(step.identity) })),
    { kind: "let", name: stop, value: binary("min", add(local("u32", outer), stride), count) },
    {
      kind: "for",
      name: place,
      start: local("u32", outer),
      end: local("u32", stop),
      step: lanes,
      body: inner.body,
    },
    ...parts.map(
      ({ part, total, step }): Stmt => ({
        kind: "assign",
        name: total,
        value: binary(step.op, local("f32", total), local("f32", part)),
      }),
    ),
  ];
  row.body.push({ kind: "for", name: outer, start: builtin("lane"), end: count, step: stride, body });

  for (const { node, step, total } of parts) {
    shareAcrossLanes(row.body, total, step.op, nameOf);
    const sum = local("f32", total);
    const value = node.op === "mean" ? binary("div", sum, float(count)) : sum;
    const name = nameOf(`${node.op}_all`);
    row.body.push({ kind: "let", name, value });
    row.values.set(node, local("f32", name));
  }
}

function stepOf(node: ReduceNode): { op: BinaryOp; identity: number } {
  switch (node.op) {
    case "sum":
    case "mean":
    case "max":
    case "min":
      return steps[node.op];
    case "var":
    case "first":
      throw new Error(`the reduction ${node.op} has no loop of its own`);
  }
}

/** A tree through workgroup memory: afterwards every lane of the row holds the total. */
function shareAcrossLanes(body: Stmt[], total: string, op: BinaryOp, nameOf: (base: string) => string): void {
  const half = nameOf("half");
  const own: Expr = add(mul(builtin("row"), lanes), builtin("lane"));
  const mine = nameOf("mine");
  const other = nameOf("other");
  const all = nameOf("shared");
  const merge: Stmt[] = [
    { kind: "loadShared", name: mine, index: own },
    { kind: "loadShared", name: other, index: add(own, local("u32", half)) },
    { kind: "storeShared", index: own, value: binary(op, local("f32", mine), local("f32", other)) },
  ];
  body.push({
    kind: "if",
    condition: binary("lt", u32(1), lanes),
    body: [
      { kind: "storeShared", index: own, value: local("f32", total) },
      { kind: "barrier" },
      {
        kind: "halve",
        name: half,
        start: binary("div", lanes, u32(2)),
        body: [
          { kind: "if", condition: binary("lt", builtin("lane"), local("u32", half)), body: merge },
          { kind: "barrier" },
        ],
      },
      { kind: "loadShared", name: all, index: mul(builtin("row"), lanes) },
      { kind: "assign", name: total, value: local("f32", all) },
      // The next tree writes where this one is still being read.
      { kind: "barrier" },
    ],
  });
}
