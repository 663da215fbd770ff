/** Something that can be done several times in one submission. */
export interface Timed {
  run(count: number): Promise<void>;
}

/** A chain should take about this long, so that the clock and the scheduler matter little. */
const chainMs = 40;

/** Milliseconds of one more: the time of a long chain less that of a single one. */
export async function slope(timed: Timed): Promise<number> {
  const once = await time(timed, 1);
  const more = Math.max(3, Math.min(200, Math.ceil(chainMs / Math.max(once, 0.05))));
  const single = await time(timed, 1);
  return Math.max((await time(timed, 1 + more)) - single, 0) / more;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function time(timed: Timed, count: number): Promise<number> {
  const start = performance.now();
  await timed.run(count);
  return performance.now() - start;
}
