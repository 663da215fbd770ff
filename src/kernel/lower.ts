/** From a planned kernel to kernel IR: the row, its reductions, its stores. */
import { orderLike } from "../schedule/partition.ts";
import type { PlannedKernel, Target } from "../schedule/plan.ts";
import { type AxisSet, minus, sameAxes } from "../tensor/axes.ts";
import { type Graph, type Node, operands, reachable } from "../tensor/graph.ts";
import type { Address } from "./address.ts";
import { elementIndex } from "./element-index.ts";
import { add, binary, builtin, lanes, mul, rows, select, u32, widen } from "./expr.ts";
import { bind, createFrame, type Frame } from "./frame.ts";
import type { Expr, Kernel, KernelTensor } from "./ir.ts";
import { elementPlace, type Path, stepsOf } from "./loop.ts";
import { lowerReductions, reductionLoops } from "./reduce.ts";
import { sharedMemory, usedConstants, wideTensors } from "./uses.ts";
import { accessOf, lowerValue, type ValueContext } from "./value.ts";

/**
 * Lowers a kernel; with `vector`, four wide along that factor. Undefined where the kernel would mix values of both
 * widths in workgroup memory: it then has no wide form.
 */
export function lowerKernel(
  graph: Graph,
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
  vector: string | null,
): Kernel | undefined {
  const values = planned.targets.map((one) => one.value);
  const context: ValueContext = { nameOf: createNames(), addressOf, uses: countUses(values) };
  const grid = planned.grid;
  const pathOver = (over: AxisSet): Path => ({ over, vector: over.at(-1) === vector ? vector : null });
  const rowsPath = pathOver(grid);
  const place = context.nameOf("row");
  const run = { factors: grid, linear: elementPlace(rowsPath, place), vector: rowsPath.vector };
  const row = createFrame(null, run);

  // Workgroups are rounded up, so some rows lie beyond the end: they compute row 0 again and store nothing.
  const index = bind(row, "index", add(mul(builtin("group"), rows), builtin("row")), context.nameOf);
  const active = bind(row, "active", binary("lt", index, stepsOf(rowsPath)), context.nameOf);
  row.body.push({ kind: "let", name: place, value: select(active, index, u32(0)) });

  const loops = reductionLoops(values);
  for (const loop of loops) {
    lowerReductions(context, row, loop, pathOver(orderLike(graph, loop.over, loop.reductions)));
  }
  const elementTargets = planned.targets.filter((one) => !sameAxes(one.factors, grid));
  for (const targets of groupByRow(elementTargets, grid)) {
    lowerStores(context, row, pathOver(minus(targets[0].factors, grid)), active, targets);
  }
  const rowTargets = planned.targets.filter((one) => sameAxes(one.factors, grid));
  if (rowTargets.length > 0) {
    const branch = createFrame(row, null, true);
    storeTargets(context, branch, rowTargets);
    const first = binary("eq", builtin("lane"), u32(0));
    row.body.push({ kind: "if", condition: binary("and", active, first), body: branch.body });
  }

  const { body } = row;
  const shared = sharedMemory(body);
  if (shared === "mixed") return undefined;
  return {
    name: planned.name,
    vector,
    tensors: kernelTensors(planned.targets, addressOf, wideTensors(body)),
    constants: usedConstants(body),
    shared,
    body,
    grid,
    row: elementTargets.length > 0 ? minus(elementTargets[0].factors, grid) : (loops[0]?.over ?? []),
  };
}

/**
 * The factor along which a kernel can go four by four: the last one of what it mainly stores or reads, where memory is
 * contiguous. It can belong to the row (four elements of a row) or to the grid (four rows side by side).
 */
export function vectorFactor(graph: Graph, planned: PlannedKernel): string | null {
  const layouts = planned.targets.map((one) => one.factors);
  for (const node of reachable(planned.targets.map((one) => one.value))) {
    const tensor = node.kind === "input" ? graph.tensors.find((one) => one.name === node.tensor) : undefined;
    if (tensor !== undefined) layouts.push(tensor.factors);
  }
  const main = layouts.reduce((best, one) => (one.length > best.length ? one : best));
  const last = graph.axes.flatMap((axis) => axis.factors).find((one) => one.name === main.at(-1));
  return last === undefined || typeof last.extent === "number" ? null : last.name;
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
  path: Path,
  active: Expr,
  targets: readonly Target[],
): void {
  const name = context.nameOf("i");
  const loop = createFrame(row, {
    factors: path.over,
    linear: elementPlace(path, name),
    vector: path.vector,
  });
  storeTargets(context, loop, targets);
  const end = bind(row, "end", select(active, stepsOf(path), u32(0)), context.nameOf);
  row.body.push({ kind: "for", name, start: builtin("lane"), end, step: lanes, body: loop.body });
}

function storeTargets(context: ValueContext, frame: Frame, targets: readonly Target[]): void {
  for (const target of targets) {
    const address = context.addressOf(target.tensor);
    const access = accessOf(frame, address);
    const value = lowerValue(context, frame, target.value);
    const index = elementIndex(frame, address, access, context.nameOf);
    const { tensor } = address;
    frame.body.push({
      kind: "store",
      tensor,
      index,
      value: access.kind === "one" ? value : widen(value),
      access,
    });
  }
}

/** Everything read, then everything written; what is both (a state, scratch memory) is bound once. */
function kernelTensors(
  targets: readonly Target[],
  addressOf: (tensor: string) => Address,
  wide: ReadonlySet<string>,
): KernelTensor[] {
  const written = new Set(targets.map((one) => addressOf(one.tensor).tensor));
  const read = new Set<string>();
  for (const node of reachable(targets.map((one) => one.value))) {
    if (node.kind === "input") read.add(addressOf(node.tensor).tensor);
  }
  return [
    ...[...read]
      .filter((name) => !written.has(name))
      .map((name): KernelTensor => ({ name, access: "read", wide: wide.has(name) })),
    ...[...written].map((name): KernelTensor => ({ name, access: "read_write", wide: wide.has(name) })),
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
