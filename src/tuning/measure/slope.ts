/**
 * Times are slopes: the time of a long chain of dispatches minus that of a single one, divided by the difference in
 * length. Costs of each submission (the call, the wait, a transfer) cancel.
 */

/** Something that can be run several times in one go. */
export interface Timed {
  /** Milliseconds for `count` runs. */
  time(count: number): Promise<number>;
  /** The longest chain. @default 4000 */
  readonly most?: number;
}

/** Takes one timing: milliseconds of one run. Noise can make it negative; clipping it would bias the median. */
export type Slope = () => Promise<number>;

/** A chain should take about this long: 600 steps of the clock that browsers give to timestamp queries. */
const chainMs = 40;
/** A run that takes longer than this is not repeated more often than necessary. */
const slowMs = 400;

/** Warms up and finds a length for the chain. Each call of the returned function takes a timing with that length. */
export async function slopes(timed: Timed): Promise<Slope> {
  await timed.time(1);
  const single = await timed.time(1);
  const most = timed.most ?? 4000;
  let length = single > slowMs ? 2 : 4;
  let surplus = (await timed.time(length)) - single;
  // The cost of a submission (a transfer, say) also varies. A chain that adds little to it would measure that noise.
  const enough = Math.max(chainMs, single) / 2;
  while (surplus < enough && length < most) {
    const factor = Math.min(10, Math.max(2, (2 * enough) / Math.max(surplus, enough / 5)));
    length = Math.min(most, Math.ceil(length * factor));
    surplus = (await timed.time(length)) - single;
  }
  // A run of seconds is not repeated for nothing: the search for the length has already timed it once.
  let known = single > slowMs ? surplus / (length - 1) : undefined;
  return async () => {
    if (known !== undefined) {
      const first = known;
      known = undefined;
      return first;
    }
    const once = await timed.time(1);
    return ((await timed.time(length)) - once) / (length - 1);
  };
}
