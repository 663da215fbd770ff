/** What a kernel stores: each of its results once, over the axes that it has. */
import { isSubset, minus, sameAxes } from "../../../graph/tensor/axes.ts";
import { chunkAxis, type PlannedKernel, storedTargets, type Target } from "../plan.ts";

export function verifyStores(kernel: PlannedKernel, fail: (rule: string) => void): void {
  const { grid, targets, columns, chunked, segments, row } = kernel;
  if (targets.length === 0) fail("a kernel stores something");
  for (const { tensor, value, factors } of storedTargets(kernel)) {
    if (!isSubset(minus(value.axes, chunked), factors)) fail(`\`${tensor}\` has the axes of what it holds`);
  }
  for (const { tensor, factors } of targets) {
    if (!isSubset(grid, factors)) fail(`\`${tensor}\` has a row for each coordinate of the grid`);
  }

  const inner = grid.slice(grid.length - chunked.length);
  if (!sameAxes(chunked, inner)) fail("chunks are of the inner axes of the grid");
  if (columns.length > 0 !== chunked.length > 0) fail("chunks are for sums of columns");
  const chunkedRow = [...minus(grid, chunked), chunkAxis, ...row.main].join(" ");
  for (const { tensor, factors } of columns) {
    if (factors.join(" ") !== chunkedRow) fail(`the column \`${tensor}\` has a row for each chunk`);
  }

  const inElements = row.elements.flatMap((one) => one.targets);
  storesEach(targets, [...inElements, ...row.once], fail);
  storesEach(
    columns,
    row.elements.flatMap((one) => one.columns),
    fail,
  );
  const loops = row.loops.filter((one) => one.kind === "segments");
  storesEach(
    segments,
    loops.flatMap((one) => one.segments),
    fail,
  );
  for (const { over, targets: stored } of row.elements) {
    for (const { tensor, factors } of stored) {
      if (minus(factors, grid).join(" ") !== over.join(" "))
        fail(`\`${tensor}\` is gone over in the order in which it lies`);
    }
  }
  for (const { tensor, factors } of row.once) {
    if (!sameAxes(factors, grid)) fail(`\`${tensor}\` is stored once a row`);
  }
  for (const { over, inner: within, segments: found } of loops) {
    for (const { tensor, factors, value } of found) {
      if (factors.join(" ") !== [...grid, ...over].join(" ") || !sameAxes(value.over, within))
        fail(`the segment \`${tensor}\` is one of its loop`);
    }
  }
}

function storesEach(
  wanted: readonly Target[],
  stored: readonly Target[],
  fail: (rule: string) => void,
): void {
  for (const one of wanted) {
    const times = stored.filter(({ tensor, value }) => tensor === one.tensor && value === one.value).length;
    if (times !== 1) fail(`\`${one.tensor}\` is stored in one loop, not in ${times}`);
  }
  if (stored.length > wanted.length) fail("loops store what the kernel is for, and no more");
}
