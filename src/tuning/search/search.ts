/**
 * The search among the variants of one kernel. It knows no device: whoever calls it brings a way to prepare a variant
 * and to time it. Vocabulary: a *candidate* is a variant that was prepared and found right; a *reading* is one timing of
 * it; a *turn* takes a reading of the default and of each candidate of a small batch, so that a machine that drifts
 * drifts for all of them. A candidate counts by the median of its readings over that of the default in the same turn.
 *
 * Batch after batch is chosen (`next.ts`) and timed in turns (`turns.ts`), until the time is up, enough were measured, or
 * nothing is left that could gain enough; then a final (`final.ts`) says who wins.
 */

import type { Variant } from "../../runtime/variants/variant.ts";
import { median } from "../measure/spread.ts";
import type { Known } from "./estimate.ts";
import { entrants, holdFinal, leastTurns } from "./final.ts";
import { byFar, byHope, type Hopeful, nextBatch } from "./next.ts";
import { strategyOf, variantKey } from "./strategy.ts";
import { byRatio, type Runner, ratioOf, startTurns, type Timed } from "./turns.ts";

/** A prepared variant. */
export interface Candidate extends Timed {
  /** May be called again. */
  release(): void;
}

/** Why a variant cannot be timed. `wrong`: it computes something else, which is a defect of ours. */
export interface Refused {
  readonly refused: string;
  readonly wrong?: boolean;
}

export interface SearchInput {
  /** The default first. */
  readonly variants: readonly Variant[];
  /** What each should cost, in any unit. */
  readonly predict: (variant: Variant) => number;
  /** Prepares and checks. A rejection ends the search. */
  readonly prepare: (variant: Variant) => Promise<Candidate | Refused>;
  readonly budgetMs: number;
  /** Milliseconds, as `performance.now`. */
  readonly now: () => number;
  /** Hears of every variant that was tried. */
  readonly onTried?: (tried: Tried, best: Best) => void;
  /** Asked before each batch. */
  readonly stopped?: () => boolean;
}

export interface Best {
  readonly variant: Variant;
  /** The default's time over its own. */
  readonly factor: number;
}

export type Tried = { readonly variant: Variant } & (
  | { readonly ms: number; readonly readings: number }
  | Refused
);

export interface SearchResult {
  readonly best: Variant;
  readonly bestMs: number;
  readonly defaultMs: number;
  readonly tried: readonly Tried[];
  /** Variants that were not measured, by the reason. */
  readonly skipped: readonly Skipped[];
  readonly ended:
    | "time is up"
    | "a fifth was measured"
    | "nothing better is likely"
    | "all were measured"
    | "stopped";
}

export interface Skipped {
  readonly reason: string;
  readonly variants: readonly Variant[];
}

/** Of the space, at most this share is measured; a small space may be measured a little further. */
const share = 0.2;
const fewest = 6;
/** A first reading that is worse by this factor needs no second: 1.3, where others use the machine too, met good ones. */
const hopeless = 1.5;
/** Of each so many readings; more while they have taken less time than preparing it: noise is worth that much. */
const leastReadings = 3;
const mostReadings = 7;
/** For a final of so many readings time is left, but a third of the budget at most. */
const finalReadings = 200;
interface Entry extends Runner {
  readonly variant: Variant;
  readonly candidate: Candidate;
}

export async function search(input: SearchInput): Promise<SearchResult> {
  const { variants, predict, prepare, now } = input;
  const start = now();
  const [initial, ...others] = variants as [Variant, ...Variant[]];
  const reference = await prepare(initial);
  if ("refused" in reference) {
    throw new Error(`the default variant cannot be timed: ${reference.refused}`);
  }
  const turns = startTurns(reference, now);
  const open = new Map(others.map((variant) => [variantKey(variant), variant]));
  const entries: Entry[] = [];
  const tried: Tried[] = [];
  const seen = new Set([strategyOf(initial)]);
  const most = Math.max(fewest, Math.floor(share * variants.length)) - 1;
  const bestSoFar = (): Best => {
    const [first] = byRatio(entries);
    return first === undefined || ratioOf(first) > 1
      ? { variant: initial, factor: 1 }
      : { variant: first.variant, factor: 1 / ratioOf(first) };
  };
  const left = (): number => input.budgetMs - (now() - start);
  /** Whether the time that is left is what the final needs. One candidate is tried, however short the time. */
  const isOver = (): boolean =>
    entries.length > 0 && left() < Math.min(finalReadings * turns.costMs(), input.budgetMs / 3);
  const ordered = (): readonly Hopeful[] =>
    byHope(open.values(), knownOf(initial, entries, predict), predict);
  const ending = (next: readonly Variant[]): SearchResult["ended"] | undefined => {
    if (open.size === 0) return "all were measured";
    if (input.stopped?.()) return "stopped";
    if (isOver()) return "time is up";
    if (tried.length >= most) return "a fifth was measured";
    return next.length === 0 ? "nothing better is likely" : undefined;
  };

  const prepareSome = async (some: readonly Variant[]): Promise<readonly Entry[]> => {
    const fresh: Entry[] = [];
    for (const variant of some) {
      if (fresh.length > 0 && isOver()) break;
      open.delete(variantKey(variant));
      seen.add(strategyOf(variant));
      const candidate = await prepare(variant);
      if ("refused" in candidate) {
        tried.push({ variant, ...candidate });
        input.onTried?.(tried.at(-1)!, bestSoFar());
        continue;
      }
      const entry = { variant, candidate, ratios: [] };
      fresh.push(entry);
      entries.push(entry);
      tried.push({ variant, ms: 0, readings: 0 });
    }
    return fresh;
  };
  const read = async (fresh: readonly Entry[], preparingMs: number): Promise<void> => {
    const began = now();
    const isEnough = (count: number): boolean =>
      count >= mostReadings || (count >= leastReadings && now() - began > preparingMs);
    await turns.take(fresh);
    for (let count = 1; !isEnough(count) && !isOver(); count++) {
      // A best of one reading is one by luck.
      const sure = entries.filter(({ ratios }) => ratios.length >= leastReadings);
      const bound = hopeless * Math.min(1, ...sure.map(ratioOf));
      const alive = fresh.filter((entry) => ratioOf(entry) <= bound);
      if (alive.length === 0) break;
      await turns.take(alive);
    }
  };

  try {
    await turns.take([]);
    await turns.take([]);
    let ended: SearchResult["ended"] | undefined;
    for (;;) {
      const { variant: best, factor } = bestSoFar();
      const next = nextBatch(ordered(), { variant: best, ms: 1 / factor }, seen);
      ended = ending(next);
      if (ended !== undefined) break;
      const began = now();
      const fresh = await prepareSome(next.slice(0, most - tried.length));
      await read(fresh, now() - began);
      for (const entry of fresh) input.onTried?.(describe(entry, median(turns.defaults)), bestSoFar());
      // Those that cannot win any more give their buffers back.
      for (const { candidate } of byRatio(entries).slice(entrants)) candidate.release();
    }

    const room = Math.floor(left() / (leastTurns * turns.costMs())) - 1;
    const winner = await holdFinal(byRatio(entries), room, turns.take, () => left() <= 0);
    const defaultMs = median(turns.defaults);
    const isFar = ({ ms }: Hopeful): boolean => ms > byFar / bestSoFar().factor;
    const [far, rest] = [ordered().filter(isFar), ordered().filter((one) => !isFar(one))];
    const measured = new Map(entries.map((one) => [variantKey(one.variant), describe(one, defaultMs)]));
    return {
      best: winner?.variant ?? initial,
      bestMs: winner === undefined ? defaultMs : ratioOf(winner) * defaultMs,
      defaultMs,
      tried: [
        { variant: initial, ms: defaultMs, readings: turns.defaults.length },
        ...tried.map((one) => measured.get(variantKey(one.variant)) ?? one),
      ],
      skipped: [
        {
          reason: `the model rules them out by far: more than ${byFar} times the best`,
          variants: far.map((one) => one.variant),
        },
        { reason: ended, variants: rest.map((one) => one.variant) },
      ].filter((one) => one.variants.length > 0),
      ended,
    };
  } finally {
    reference.release();
    for (const { candidate } of entries) candidate.release();
  }
}

/** What the estimates go by, in units of the default's time. */
function knownOf(
  initial: Variant,
  entries: readonly Entry[],
  predict: (variant: Variant) => number,
): readonly Known[] {
  const known = [{ variant: initial, predicted: predict(initial), measured: 1 }];
  for (const entry of entries) {
    const { variant } = entry;
    // A clock that stood still must not make a logarithm of nothing.
    const measured = Math.max(ratioOf(entry), 1e-3);
    if (Number.isFinite(measured)) known.push({ variant, predicted: predict(variant), measured });
  }
  return known;
}

function describe(entry: Entry, defaultMs: number): Tried {
  const ratio = ratioOf(entry);
  if (!Number.isFinite(ratio)) return { variant: entry.variant, refused: "the device was lost while it ran" };
  return { variant: entry.variant, ms: ratio * defaultMs, readings: entry.ratios.length };
}
