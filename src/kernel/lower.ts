/** From a planned kernel to kernel IR: the row, its reductions, its stores. */
import { orderLike } from "../schedule/partition.ts";
import type { PlannedKernel, Target } from "../schedule/plan.ts";
import { type AxisSet, minus, sameAxes } from "../tensor/axes.ts";
import { type Graph, type Node, operands, reachable } from "../tensor/graph.ts";
import type { Address } from "./address.ts";
import { add, binary, builtin, extentOf, lanes, local, mul, rows, select, u32 } from "./expr.ts";
import { createFrame, elementIndex, type Frame } from "./frame.ts";
import type { Expr, Kernel, KernelTensor } from "./ir.ts";
import { lowerReductionLoop, reductionLoops } from "./reduce.ts";
import { usedConstants, usesShared } from "./uses.ts";
import { type ValueContext, valueOf } from "./value.ts";

export function lowerKernel(
  graph: Graph,
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
): Kernel {
  const values = planned.targets.map((one) => one.value);
  const context: ValueContext = { nameOf: createNames(), addressOf, uses: countUses(values) };
  const grid = planned.grid;
  const place = context.nameOf("row");
  const row = createFrame(null, { factors: grid, linear: local("u32", place) });

  // Workgroups are rounded up, so some rows lie beyond the end: they compute row 0 again and store nothing.
  const active = context.nameOf("active");
  const index = context.nameOf("index");
  row.body.push({ kind: "let", name: index, value: add(mul(builtin("group"), rows), builtin("row")) });
  row.body.push({ kind: "let", name: active, value: binary("lt", local("u32", index), extentOf(grid)) });
  row.body.push({
    kind: "let",
    name: place,
    value: select(local("bool", active), local("u32", index), u32(0)),
  });

  const loops = reductionLoops(values);
  for (const loop of loops) {
    lowerReductionLoop(context, row, loop, orderLike(graph, loop.over, loop.reductions));
  }
  const elementTargets = planned.targets.filter((one) => !sameAxes(one.factors, grid));
  for (const targets of groupByRow(elementTargets, grid)) {
    const over = targets[0].factors.filter((one) => !grid.includes(one));
    lowerStores(context, row, over, local("bool", active), targets);
  }
  const rowTargets = planned.targets.filter((one) => sameAxes(one.factors, grid));
  if (rowTargets.length > 0) {
    const branch = createFrame(row, null, true);
    storeTargets(context, branch, rowTargets);
    const first = binary("eq", builtin("lane"), u32(0));
    row.body.push({ kind: "if", condition: binary("and", local("bool", active), first), body: branch.body });
  }

  const body = row.body;
  const rowFactors =
    elementTargets.length > 0
      ? elementTargets[0].factors.filter((one) => !grid.includes(one))
      : (loops[0]?.over ?? []);
  return {
    name: planned.name,
    tensors: kernelTensors(planned.targets, addressOf),
    constants: usedConstants(body),
    usesShared: usesShared(body),
    body,
    grid,
    row: rowFactors,
  };
}

/** Targets whose rows run over the same axes in the same order share a loop. */
function groupByRow(targets: readonly Target[], grid: AxisSet): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const one of targets) {
    const key = minus(one.factors, grid).join(" ");
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function lowerStores(
  context: ValueContext,
  row: Frame,
  over: AxisSet,
  active: Expr,
  targets: readonly Target[],
): void {
  const name = context.nameOf("i");
  const loop = createFrame(row, { factors: over, linear: local("u32", name) });
  storeTargets(context, loop, targets);
  const end = context.nameOf("end");
  row.body.push({ kind: "let", name: end, value: select(active, extentOf(over), u32(0)) });
  row.body.push({
    kind: "for",
    name,
    start: builtin("lane"),
    end: local("u32", end),
    step: lanes,
    body: loop.body,
  });
}

function storeTargets(context: ValueContext, frame: Frame, targets: readonly Target[]): void {
  for (const target of targets) {
    const value = valueOf(context, frame, target.value);
    const { tensor, layout, offset } = context.addressOf(target.tensor);
    const index = add(offset, elementIndex(frame, layout, context.nameOf));
    frame.body.push({ kind: "store", tensor, index, value });
  }
}

/** Everything read, then everything written; what is both (a state, scratch memory) is bound once. */
function kernelTensors(targets: readonly Target[], addressOf: (tensor: string) => Address): KernelTensor[] {
  const written = new Set(targets.map((one) => addressOf(one.tensor).tensor));
  const read = new Set<string>();
  for (const node of reachable(targets.map((one) => one.value))) {
    if (node.kind === "input") read.add(addressOf(node.tensor).tensor);
  }
  return [
    ...[...read].filter((name) => !written.has(name)).map((name): KernelTensor => ({ name, access: "read" })),
    ...[...written].map((name): KernelTensor => ({ name, access: "read_write" })),
  ];
}

function countUses(values: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of reachable(values)) for (const one of operands(node)) count(one);
  for (const value of values) count(value);
  return uses;
}

/** Names of locals, each once; the emitter makes them legal in its language. */
function createNames(): (base: string) => string {
  const taken = new Set<string>();
  return (base) => {
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
}
