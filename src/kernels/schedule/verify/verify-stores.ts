/** Checks what a kernel stores: one loop stores each result, over the axes of the result. */

import { isSubset, minus, sameAxes } from "../../../graph/tensor/axes.ts";
import { chunkFactor } from "../../../program/names.ts";
import { type PlannedKernel, storedOver, storedPlace, storedTargets, type Target } from "../plan.ts";

type Fail = (rule: string) => void;

export function verifyStores(kernel: PlannedKernel, fail: Fail): void {
  verifyChunks(kernel, fail);
  verifyAxes(kernel, fail);
  const { targets, columns, segments, row } = kernel;
  const loops = row.loops.flatMap((one) => (one.kind === "segments" ? [one] : []));
  storesEach(targets, [...row.elements.flatMap((one) => one.targets), ...row.once], fail);
  storesEach(
    columns,
    row.elements.flatMap((one) => one.columns),
    fail,
  );
  storesEach(
    segments,
    loops.flatMap((one) => one.segments),
    fail,
  );
  verifyPlaces(kernel, fail);
}

function verifyChunks({ grid, columns, chunked, row }: PlannedKernel, fail: Fail): void {
  const inner = grid.slice(grid.length - chunked.length);
  if (!sameAxes(chunked, inner)) fail("chunks are of the inner axes of the grid");
  if (columns.length > 0 !== chunked.length > 0) fail("chunks are for sums of columns");
  const layout = [...minus(grid, chunked), chunkFactor, ...row.main];
  for (const { tensor, factors } of columns) {
    if (!inOneOrder(factors, layout)) fail(`the column \`${tensor}\` has a row for each chunk`);
  }
}

function verifyAxes(kernel: PlannedKernel, fail: Fail): void {
  const { grid, targets, columns, chunked, segments } = kernel;
  if (storedTargets(kernel).length === 0) fail("a kernel stores something");
  const hasAxesOf = ({ tensor, factors, value }: Target, summed: readonly string[]): void => {
    if (!isSubset(minus(value.axes, summed), factors)) fail(`\`${tensor}\` has the axes of what it holds`);
  };
  for (const one of [...targets, ...segments]) hasAxesOf(one, []);
  for (const one of columns) hasAxesOf(one, chunked);
  for (const { tensor, factors } of targets) {
    if (!isSubset(grid, factors)) fail(`\`${tensor}\` has a row for each coordinate of the grid`);
  }
}

function storesEach(wanted: readonly Target[], stored: readonly Target[], fail: Fail): void {
  for (const one of wanted) {
    const times = stored.filter(
      (other) => storedPlace(other) === storedPlace(one) && other.value === one.value,
    ).length;
    if (times !== 1) fail(`\`${one.tensor}\` is stored in one loop, not in ${times}`);
  }
  if (stored.length > wanted.length) fail("loops store what the kernel is for, and no more");
}

/** Checks that each result lies in memory in the order of the loop that stores it. */
function verifyPlaces({ grid, row }: PlannedKernel, fail: Fail): void {
  for (const { over, targets } of row.elements) {
    for (const target of targets) {
      if (!inOneOrder(storedOver(target, grid), over))
        fail(`\`${target.tensor}\` is gone over in the order in which it lies`);
    }
  }
  for (const { tensor, factors } of row.once) {
    if (!sameAxes(factors, grid)) fail(`\`${tensor}\` is stored once a row`);
  }
  for (const loop of row.loops) {
    if (loop.kind !== "segments") continue;
    for (const { tensor, factors, value } of loop.segments) {
      if (!inOneOrder(factors, [...grid, ...loop.over]) || !sameAxes(value.over, loop.inner))
        fail(`the segment \`${tensor}\` is one of its loop`);
    }
  }
}

function inOneOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.join(" ") === b.join(" ");
}
