/**
 * Readings in turn with the default: each reading of a candidate is compared with one of the default in the same turn.
 */
import { median } from "../measure/spread.ts";

export interface Timed {
  /** Milliseconds of one run; Infinity if it took the device down. */
  time(): Promise<number>;
}

export interface Rated {
  /** Readings, each divided by the default's in the same turn. */
  ratios: number[];
}

/** A candidate that takes part in turns. */
export interface Runner extends Rated {
  readonly candidate: Timed;
}

export interface Turns {
  /** Takes a reading of the default and of each of `some`. */
  take(some: readonly Runner[]): Promise<void>;
  /** The default's readings, in milliseconds. */
  readonly defaults: readonly number[];
  /** The cost of a reading in milliseconds: more than the time that it measures. */
  costMs(): number;
}

/** Infinity before the first reading. */
export const ratioOf = ({ ratios }: Rated): number =>
  ratios.length === 0 ? Number.POSITIVE_INFINITY : median(ratios);

export function byRatio<R extends Rated>(some: readonly R[]): R[] {
  return [...some].sort((a, b) => ratioOf(a) - ratioOf(b));
}

export function startTurns(reference: Timed, now: () => number): Turns {
  const defaults: number[] = [];
  const costs: number[] = [];
  const readDefault = async (): Promise<number> => {
    const before = now();
    const ms = await reference.time();
    costs.push(now() - before);
    defaults.push(ms);
    return ms;
  };
  return {
    defaults,
    costMs: () => median(costs),
    async take(some) {
      // The order alternates, so that drift of the machine raises a ratio as often as it lowers it.
      const back = defaults.length % 2 === 1;
      const first = back ? undefined : await readDefault();
      const times: (readonly [Runner, number])[] = [];
      for (const one of back ? [...some].reverse() : some) times.push([one, await one.candidate.time()]);
      const ms = first ?? (await readDefault());
      for (const [one, time] of times) one.ratios.push(time / ms);
    },
  };
}
