/** From a planned kernel to kernel IR: the row, its reductions, its stores. */

import { type AxisSet, minus, sameAxes } from "../../graph/tensor/axes.ts";
import { type Node, operands, reachable } from "../../graph/tensor/graph.ts";
import type { Address } from "../body/address.ts";
import { bind, coordinate, createFrame, type Frame, type NameOf } from "../body/frame.ts";
import { elementPlace, type Path, stepsOf } from "../body/loop.ts";
import { lowerReductions } from "../body/reduce.ts";
import { storeElements, storeOnce } from "../body/store.ts";
import type { ValueContext } from "../body/value.ts";
import {
  add,
  binary,
  builtin,
  div,
  extent,
  extentOf,
  local,
  mul,
  rows,
  select,
  sub,
  u32,
} from "../ir/expr.ts";
import type { Expr, Kernel, KernelTensor, Stmt, Structure } from "../ir/ir.ts";
import { everyStmt, heldSlots, sharedMemory, usedConstants, wideTensors } from "../ir/visit.ts";
import { type Kept, keptValues } from "../schedule/kept-values.ts";
import { chunkAxis, type PlannedKernel, storedTargets } from "../schedule/plan.ts";
import type { ReductionLoop } from "../schedule/row-loops.ts";
import { mainLoops, type RowWork } from "../schedule/row-work.ts";
import { lowerSegments } from "../strategies/segments.ts";
import {
  mergePartials,
  partialsOf,
  partRange,
  slotPlace,
  splitStages,
  storePartials,
  withAllMoments,
} from "../strategies/split.ts";
import { takeTogether } from "../strategies/unroll-and-jam.ts";

/**
 * Lowers a kernel to the text of one structure. Undefined where it would mix values of both widths in workgroup memory:
 * it then has no such text.
 */
export function lowerKernel(
  planned: PlannedKernel,
  work: RowWork,
  addressOf: (tensor: string) => Address,
  structure: Structure,
): Kernel | undefined {
  const { name, grid, columns, chunked } = planned;
  const { vector, together, resident, stage } = structure;
  const nameOf = createNames();
  const context: ValueContext = {
    nameOf,
    addressOf,
    uses: countUses(storedTargets(planned).map((one) => one.value)),
    barriers: together === 1,
    kept: resident ? keptIn(grid, work) : { slots: new Map(), filled: new Set() },
  };
  const pathOver = (over: AxisSet): Path => ({
    over,
    vector: over.at(-1) === vector ? vector : null,
    range: { kind: resident && sameAxes(over, work.main) ? "resident" : "whole" },
  });
  const outer = minus(grid, chunked);
  const chunk = columns.length > 0 ? openChunk(outer, pathOver(chunked), together, nameOf) : null;
  const { row, active } = chunk?.opened ?? openRow(pathOver(grid), together, nameOf);
  const opened = { row, grid, active, pathOver };

  if (stage === null) {
    for (const { loop, order } of work.loops) lowerLoop(context, opened, loop, pathOver(order));
    for (const { order, targets } of work.elements) {
      const sums = chunk !== null && order === work.main ? { columns, turn: chunk.turn } : null;
      storeElements(context, row, pathOver(order), active, targets, sums);
    }
    if (work.once.length > 0) storeOnce(context, row, active, work.once, null);
  } else lowerStage(context, opened, work, stage);

  const rowBody = chunk?.close() ?? row.body;
  // Sums of columns are written as sums over the rows taken together, also where that is one row.
  const body = together === 1 && chunk === null ? rowBody : takeTogether(rowBody, together, nameOf);
  const shared = sharedMemory(body);
  if (shared === "mixed") return undefined;
  return {
    name,
    structure,
    tensors: tensorsIn(body),
    constants: usedConstants(body),
    shared,
    held: heldSlots(body),
    body,
    grid,
    row: work.main,
  };
}

interface OpenRow {
  readonly row: Frame;
  readonly grid: AxisSet;
  readonly active: Expr;
  readonly pathOver: (over: AxisSet) => Path;
}

function lowerLoop(
  context: ValueContext,
  { row, active, pathOver }: OpenRow,
  loop: ReductionLoop,
  path: Path,
): void {
  if (loop.segments.length === 0) lowerReductions(context, row, loop, path);
  else lowerSegments(context, row, loop, path, pathOver(loop.segments[0].value.over), active);
}

/** One dispatch of several: what the earlier ones added up, then the next reductions, or the stores. */
function lowerStage(context: ValueContext, open: OpenRow, work: RowWork, stage: number): void {
  const { row, grid, active, pathOver } = open;
  const stages = splitStages(work);
  const partials = partialsOf(stages.flat());
  const ranged = (path: Path): Path => ({ ...path, range: partRange(row, path, context.nameOf) });
  const stored: ReductionLoop[] = [];
  for (const { loop, order } of work.loops) {
    const path = pathOver(order);
    const own = stages.findIndex((one) => one.includes(loop));
    if (own < 0) lowerLoop(context, open, loop, path);
    else if (own < stage) mergePartials(context, row, path, loop, partials, slotPlace(row, grid));
    else {
      const part = withAllMoments(loop);
      lowerLoop(context, open, part, ranged(path));
      stored.push(part);
      if (stages[own].at(-1) !== loop) continue;
      storePartials(row, grid, active, stored, partials);
      return;
    }
  }
  for (const { order, targets } of work.elements) {
    storeElements(context, row, ranged(pathOver(order)), active, targets, null);
  }
  // A row that has nothing but totals is one workgroup's in the last dispatch.
  const only = work.elements.length > 0 ? binary("eq", builtin("part"), u32(0)) : null;
  if (work.once.length > 0) storeOnce(context, row, active, work.once, only);
}

/** The row that a workgroup has: rows are rounded up, and those beyond the end compute row 0 again and store nothing. */
function openRow(path: Path, together: number, nameOf: NameOf): { row: Frame; active: Expr } {
  const place = nameOf("row");
  const row = createFrame(null, {
    factors: path.over,
    linear: elementPlace(path, place),
    vector: path.vector,
  });
  const index = bind(row, "index", add(mul(builtin("group"), rows), builtin("row")), nameOf);
  const active = bind(row, "active", binary("lt", index, div(stepsOf(path), u32(together))), nameOf);
  row.body.push({ kind: "let", name: place, value: rowOf(index, active, together) });
  return { row, active };
}

function rowOf(index: Expr, active: Expr, together: number): Expr {
  const first = mul(select(active, index, u32(0)), u32(together));
  return together === 1 ? first : add(first, builtin("copy"));
}

/**
 * A workgroup that takes one row (or a few together) after the other: those of its chunk, so that what it adds up over
 * them is its own. Row `turn · chunks + chunk`, so that neighbouring workgroups are at neighbouring rows.
 * @param outer the axes of the grid that the sums keep: each coordinate has chunks of its own.
 */
function openChunk(outer: AxisSet, path: Path, together: number, nameOf: NameOf) {
  const name = nameOf("slot");
  const chunks = extent(chunkAxis);
  const run = { factors: [...outer, chunkAxis], linear: local("u32", name), vector: null };
  const top = createFrame(null, run);
  const index = bind(top, "index", add(mul(builtin("group"), rows), builtin("row")), nameOf);
  const own = bind(top, "own", binary("lt", index, mul(extentOf(outer), chunks)), nameOf);
  top.body.push({ kind: "let", name, value: select(own, index, u32(0)) });
  const chunk = coordinate(top, chunkAxis, nameOf);

  const steps = div(stepsOf(path), u32(together));
  const turn = nameOf("turn");
  const place = nameOf("row");
  const inner = { factors: path.over, linear: elementPlace(path, place), vector: path.vector };
  // Closed: a value that is the same for all rows may still be made of a reduction that each row does for itself.
  const row = createFrame(top, inner, { closed: true });
  const at = bind(row, "at", add(mul(local("u32", turn), chunks), chunk), nameOf);
  const active = bind(row, "active", binary("and", own, binary("lt", at, steps)), nameOf);
  row.body.push({ kind: "let", name: place, value: rowOf(at, active, together) });
  return {
    opened: { row, active },
    turn: local("u32", turn),
    close(): Stmt[] {
      const end = div(sub(add(steps, chunks), u32(1)), chunks);
      const loop: Stmt = { kind: "for", name: turn, start: u32(0), end, step: u32(1), body: row.body };
      return [...top.body, loop];
    },
  };
}

function keptIn(grid: AxisSet, work: RowWork): Kept {
  const reduced = mainLoops(work).map((loop) => loop.reductions.map((one) => one.arg));
  const stored = work.elements.map(({ order, targets }) =>
    [...targets, ...(order === work.main ? work.columns : [])].map((one) => one.value),
  );
  return keptValues([...reduced, ...stored], [...grid, ...work.main]);
}

/** Everything read, then everything written; what is both (a state, scratch memory) is bound once. */
function tensorsIn(body: readonly Stmt[]): KernelTensor[] {
  const all = [...everyStmt(body)];
  const written = new Set(all.flatMap((one) => (one.kind === "store" ? [one.tensor] : [])));
  const read = new Set(all.flatMap((one) => (one.kind === "load" ? [one.tensor] : [])));
  const wide = wideTensors(body);
  const bound = (access: KernelTensor["access"]) => (name: string) => ({
    name,
    access,
    wide: wide.has(name),
  });
  return [
    ...[...read].filter((name) => !written.has(name)).map(bound("read")),
    ...[...written].map(bound("read_write")),
  ];
}

export function countUses(values: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of reachable(values)) for (const one of operands(node)) count(one);
  for (const value of values) count(value);
  return uses;
}

/** Names of locals, each once; the emitter makes them legal in its language. */
export function createNames(): NameOf {
  const taken = new Set<string>();
  /** How far each base is counted. */
  const counts = new Map<string, number>();
  return (base) => {
    let count = counts.get(base) ?? 1;
    let name = base;
    for (; taken.has(name); name = `${base}_${count}`) count += 1;
    counts.set(base, count);
    taken.add(name);
    return name;
  };
}
