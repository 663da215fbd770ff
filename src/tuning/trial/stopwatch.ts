/** Times candidates with chains of one length, so that the fixed cost of a chain is the same for all. */

import { traitsOf } from "../../runtime/variants/traits.ts";
import { chooseClock } from "../measure/choose-clock.ts";
import { type Clock, wallClock } from "../measure/clock.ts";

type Record = (pass: GPUComputePassEncoder) => void;

export interface Stopwatch {
  readonly clock: Clock;
  /** Milliseconds of one run, from a chain of them. */
  time(record: Record): Promise<number>;
}

/**
 * A chain takes about this long: 300 steps of the clock that browsers give to timestamp queries, 65,536 ns each, and
 * 200 steps of a wall clock of 0.1 ms.
 */
const chainMs = 20;
const longest = 4000;
/**
 * On a processor other programs run too, and a dispatch that finds one core taken runs on the other alone. So times
 * have modes, a factor of two apart, and a long chain mixes them. A reading is therefore the shortest of a few short
 * chains: by medians of eight readings, identical variants then differed by less than 1 %, and with chains of 3 ms by
 * less than 2 %.
 */
const onProcessor = { chainMs: 6, chains: 4, togetherMs: 40 };
/** A candidate that takes this many times the default in a single run is not worth a chain. */
const slow = 3;
const noticeableMs = 2;

/** @param record records the default. Chains are as long as it needs. */
export async function startStopwatch(device: GPUDevice, record: Record): Promise<Stopwatch> {
  const { software } = traitsOf(device);
  const clock = software ? wallClock(device) : await chooseClock(device);
  const enough = software ? onProcessor : { chainMs, chains: 1, togetherMs: 0 };
  const chain = (count: number, one: Record): Promise<number> =>
    clock.time((pass) => {
      for (let i = 0; i < count; i++) one(pass);
    });
  /** @param before timings of chains of that length taken earlier. */
  const shortest = async (count: number, one: Record, before: readonly number[] = []): Promise<number> => {
    let least = Math.min(...before);
    let spent = before.reduce((a, b) => a + b, 0);
    for (let i = before.length; i < enough.chains && (i < 2 || spent < enough.togetherMs); i++) {
      const ms = await chain(count, one);
      spent += ms;
      least = Math.min(least, ms);
    }
    return least;
  };
  await chain(1, record);
  const single = Math.min(await chain(1, record), await chain(1, record));
  let length = 1;
  let took = await shortest(length, record);
  while (took < enough.chainMs && length < longest) {
    length = Math.min(
      longest,
      Math.ceil(length * Math.min(10, Math.max(1.5, (1.3 * enough.chainMs) / Math.max(took, 0.1)))),
    );
    took = await shortest(length, record);
  }
  const usual = took / length;
  return {
    clock,
    async time(one) {
      // The shorter of two, because a turn of the scheduler is longer than a small kernel.
      const singles = [await chain(1, one), await chain(1, one)];
      const surplus = Math.min(...singles) - single;
      if (surplus > Math.max(slow * usual, noticeableMs)) return usual + surplus;
      return (await shortest(length, one, length === 1 ? singles : [])) / length;
    },
  };
}
