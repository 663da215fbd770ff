/** Lowers a kernel of the plan for processors: the body of one task, for each of its schedules and stages. */
import { minus } from "../../graph/tensor/axes.ts";
import { chunkFactor, partsFactor } from "../../program/names.ts";
import type { Address } from "../body/address.ts";
import { bind, coordinate, createFrame, type Frame, type Run } from "../body/frame.ts";
import { add, binary, builtin, div, extent, extentOf, local, mul, sub, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { Lowering } from "../lower/lowering.ts";
import type { PlannedKernel, Stage } from "../schedule/plan.ts";
import { hoistInvariants } from "./hoist.ts";
import { eachNeighbour } from "./neighbouring-rows.ts";
import { outerLoop } from "./nests/nest.ts";
import { clear, storeOverRow } from "./nests/store-nest.ts";
import type { Bounds } from "./nests/stretches.ts";
import { onOneLane } from "./one-lane.ts";
import type { ProcessorKernel, ProcessorSchedule, ProcessorStage, Tasks } from "./processor-kernel.ts";
import { columnsOfTask, elementsOfTask, type ProcessorWork } from "./processor-plan.ts";
import { startOnProcessor, wholePath, writeRow, writeStage } from "./row-work.ts";

export function lowerForProcessor(
  work: ProcessorWork,
  addressOf: (tensor: string) => Address,
): ProcessorKernel {
  const { name, grid, row, chunked, split } = work.planned;
  const whole: ProcessorSchedule = { kind: "whole", stages: [lowerTask(work, addressOf, null)] };
  const parts = split && {
    kind: "parts" as const,
    slots: split.slots,
    stages: split.stages.map((stage) => lowerTask(work, addressOf, stage)),
  };
  return {
    name,
    grid,
    row: row.main,
    chunked,
    schedules: parts === null ? [whole] : [whole, parts],
  };
}

/** @param stage of a row that is split. Null for whole rows. */
function lowerTask(
  { planned, form }: ProcessorWork,
  addressOf: (tensor: string) => Address,
  stage: Stage | null,
): ProcessorStage {
  const lowering = startOnProcessor(planned, addressOf);
  const write = (row: Frame): void => {
    if (stage === null) writeRow(lowering, planned, row);
    else writeStage(lowering, planned, row, stage);
  };
  const open = isInParts(planned, stage) ? partTask(lowering, taskCount(form, planned)) : wholeTask();
  const finish = (tasks: readonly Tasks[]): ProcessorStage => ({
    body: hoistInvariants(onOneLane(open.top.body, open.part), lowering.context.nameOf),
    tasks: open.part === null ? tasks : [{ factors: [partsFactor], by: 1 }, ...tasks],
  });
  switch (form.kind) {
    case "rows": {
      write(rowFrame(open.top, planned, open.task));
      return finish([{ factors: planned.grid, by: 1 }]);
    }
    case "columns":
      lowerColumns(lowering, planned, open, form.together, write);
      return finish(columnTasks(planned.grid));
    case "chunks":
      return finish(lowerChunks(lowering, planned, open, form.together));
    case "elements":
      return finish(lowerElements(lowering, planned, open));
  }
}

/** The last stage of rows that store only totals merges them, once for each row. */
function isInParts({ row }: PlannedKernel, stage: Stage | null): boolean {
  return stage !== null && (stage.handsOn !== null || row.elements.length > 0);
}

/** The number of the task, or of its row if the task has a part of it. */
interface OpenTask {
  readonly top: Frame;
  readonly task: Expr;
  readonly part: Expr | null;
}

function wholeTask(): OpenTask {
  return { top: createFrame(null, null), task: builtin("group"), part: null };
}

/** All rows of a part come before those of the next one, so that neighbouring columns are read while they are near. */
function partTask({ context: { nameOf } }: Lowering, rows: Expr): OpenTask {
  const top = createFrame(null, null);
  const count = rows.kind === "binary" ? bind(top, "rows", rows, nameOf) : rows;
  const part = bind(top, "part", div(builtin("group"), count), nameOf);
  return { top, part, task: bind(top, "task", sub(builtin("group"), mul(part, count)), nameOf) };
}

function columnTasks(grid: readonly string[]): Tasks[] {
  const outer = grid.slice(0, -1);
  const blocks = { factors: grid.slice(-1), by: columnsOfTask };
  return outer.length === 0 ? [blocks] : [{ factors: outer, by: 1 }, blocks];
}

function taskCount(form: ProcessorWork["form"], { grid }: PlannedKernel): Expr {
  return form.kind === "columns"
    ? mul(extentOf(grid.slice(0, -1)), blocksOf(extent(form.axis), columnsOfTask))
    : extentOf(grid);
}

function blocksOf(count: Expr, by: number): Expr {
  return div(add(count, u32(by - 1)), u32(by));
}

/** The frame of a row, whose statements stand in `top`. */
function rowFrame(top: Frame, { grid }: PlannedKernel, linear: Expr): Frame {
  return { ...createFrame(null, { factors: grid, linear, vector: null }), body: top.body };
}

/** A block of neighbouring rows. */
function lowerColumns(
  { context: { nameOf } }: Lowering,
  { grid }: PlannedKernel,
  { top, task }: OpenTask,
  together: number,
  write: (row: Frame) => void,
): void {
  const axis = grid[grid.length - 1];
  const outer = grid.slice(0, -1);
  const width = extent(axis);
  const blocks = bind(top, "blocks", blocksOf(width, columnsOfTask), nameOf);
  const place = outer.length === 0 ? u32(0) : bind(top, "place", div(task, blocks), nameOf);
  const first = bind(top, "first", mul(sub(task, mul(place, blocks)), u32(columnsOfTask)), nameOf);
  const end = bind(top, "end", add(first, binary("min", sub(width, first), u32(columnsOfTask))), nameOf);
  const base = outer.length === 0 ? place : bind(top, "base", mul(place, width), nameOf);
  const around: Frame = {
    ...createFrame(null, { factors: outer, linear: place, vector: null }),
    body: top.body,
  };
  const coordinates = outer.map((one) => [one, coordinate(around, one, nameOf)] as const);
  const open = (at: Expr, isWide: boolean): Frame => {
    const run = { factors: grid, linear: add(base, at), vector: isWide ? axis : null };
    const frame = createFrame(null, isWide ? { ...run, ragged: true } : run);
    for (const [one, known] of [...coordinates, [axis, at] as const]) frame.coordinates.set(one, known);
    return frame;
  };
  eachNeighbour(top, { first, end }, { together, open, write }, nameOf);
}

/**
 * The rows of a chunk lie side by side, so that it goes through memory in order.
 * @param together how many vectors of neighbouring rows go through the loops together. 0 if rows are not neighbours in
 * memory.
 */
function lowerChunks(
  lowering: Lowering,
  planned: PlannedKernel,
  { top, task }: OpenTask,
  together: number,
): Tasks[] {
  const { context } = lowering;
  const { nameOf } = context;
  const { grid, chunked, columns, row } = planned;
  const outer = minus(grid, chunked);
  const frame: Frame = {
    ...createFrame(null, { factors: [...outer, chunkFactor], linear: task, vector: null }),
    body: top.body,
  };
  const chunk = coordinate(frame, chunkFactor, nameOf);
  const rows = bind(frame, "rows", extentOf(chunked), nameOf);
  const chunks = extent(chunkFactor);
  const size = bind(frame, "size", div(sub(add(rows, chunks), u32(1)), chunks), nameOf);
  const first = bind(frame, "first", binary("min", mul(chunk, size), rows), nameOf);
  const end = bind(frame, "end", binary("min", add(first, size), rows), nameOf);
  clear(context, frame, row.main, columns);
  const write = (inner: Frame): void => writeRow(lowering, planned, inner);
  // What is the same for all rows may still use a reduction that each row computes.
  const rowIn = (parent: Frame, run: Run): Frame => createFrame(parent, run, { closed: true });
  const tasks = [{ factors: [...outer, chunkFactor], by: 1 }];
  if (together === 0) {
    const at = nameOf("row");
    const inner = rowIn(frame, { factors: chunked, linear: local("u32", at), vector: null });
    write(inner);
    top.body.push({ kind: "for", name: at, start: first, end, step: u32(1), body: inner.body });
    return tasks;
  }
  const [axis] = chunked.slice(-1);
  const rowsIn =
    (parent: Frame) =>
    (at: Expr, isWide: boolean): Frame =>
      rowIn(parent, {
        factors: [axis],
        linear: at,
        vector: isWide ? axis : null,
        ...(isWide ? { ragged: true } : {}),
      });
  if (chunked.length === 1) {
    eachNeighbour(frame, { first, end }, { together, open: rowsIn(frame), write }, nameOf);
    return tasks;
  }
  const level = { factors: chunked.slice(0, -1), vector: null };
  const loop = outerLoop(frame, level, [axis], { first, end }, nameOf);
  const inside = loop.inside as Bounds;
  eachNeighbour(loop.frame, inside, { together, open: rowsIn(loop.frame), write }, nameOf);
  frame.body.push({
    kind: "for",
    name: loop.counter,
    start: loop.first,
    end: loop.end,
    step: u32(1),
    body: loop.frame.body,
  });
  return tasks;
}

function lowerElements(
  { context }: Lowering,
  { row: { elements, main } }: PlannedKernel,
  { top, task }: OpenTask,
): Tasks[] {
  const { nameOf } = context;
  const all = bind(top, "all", extentOf(main), nameOf);
  const first = bind(top, "first", mul(task, u32(elementsOfTask)), nameOf);
  const end = bind(top, "end", add(first, binary("min", sub(all, first), u32(elementsOfTask))), nameOf);
  for (const { over, targets } of elements) {
    storeOverRow(context, top, { ...wholePath(over), range: { kind: "part", first, end } }, targets, []);
  }
  return [{ factors: main, by: elementsOfTask }];
}
