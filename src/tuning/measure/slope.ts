/**
 * Times are slopes: a long chain of dispatches less a single one, over the difference in length. What comes once with
 * each submission (the call, the wait, a transfer) cancels.
 */

/** Something that can be done several times in one go. */
export interface Timed {
  /** Milliseconds of doing it `count` times. */
  time(count: number): Promise<number>;
  /** The longest chain; 4000 where left out. */
  readonly most?: number;
}

/** Takes one more timing: milliseconds of one more. Noise can make it negative; a median of such must not be biased. */
export type Slope = () => Promise<number>;

/** A chain should take about this long: 600 steps of the clock that browsers give to timestamp queries. */
const chainMs = 40;
/** Whatever takes longer than this by itself is not repeated more than it must be. */
const slowMs = 400;

/** Warms up and finds a length for the chain; every call of the answer then takes a timing with that length. */
export async function slopes(timed: Timed): Promise<Slope> {
  await timed.time(1);
  const single = await timed.time(1);
  const most = timed.most ?? 4000;
  let length = single > slowMs ? 2 : 4;
  let surplus = (await timed.time(length)) - single;
  // What comes once (a transfer, say) varies as well: a chain that adds little to it would measure that.
  const enough = Math.max(chainMs, single) / 2;
  while (surplus < enough && length < most) {
    const factor = Math.min(10, Math.max(2, (2 * enough) / Math.max(surplus, enough / 5)));
    length = Math.min(most, Math.ceil(length * factor));
    surplus = (await timed.time(length)) - single;
  }
  // What takes seconds is not done again for nothing: the search has timed it once.
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
