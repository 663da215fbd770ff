/**
 * The search among the variants of one kernel. It knows no device: whoever calls it brings a way to prepare a variant
 * and to time it. Vocabulary: a *candidate* is a variant that was prepared and found right; a *reading* is one timing of
 * it; a *turn* takes a reading of the default and of each candidate of a small batch, so that a machine that drifts
 * drifts for all of them. A candidate counts by the median of its readings over that of the default in the same turn.
 *
 * Which variants come next says the cost model, corrected by what was measured (`estimate.ts`): the most hopeful ones;
 * among them the most hopeful of each strategy that was not tried yet, since a model is off by strategy more than by size,
 * and the neighbours of the best, since the fastest sizes lie side by side. The search ends when the time is up, when
 * enough were measured, or when nothing of all this is left that could gain enough.
 */
import { median } from "../measure/spread.ts";
import type { Variant } from "../runtime/variant.ts";
import { distance, estimator, type Known } from "./estimate.ts";
import { entrants, holdFinal, leastTurns } from "./final.ts";
import { strategies, strategyOf, variantKey } from "./strategy.ts";

/** A prepared variant. */
export interface Candidate {
  /** Milliseconds of one run; Infinity where it took the device down. */
  time(): Promise<number>;
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
const batch = 4;
/** A first reading that is worse by this factor needs no second. */
const hopeless = 1.3;
const turns = 3;
/** For a final of so many readings time is left, but a third of the budget at most. */
const finalReadings = 100;
/** The search ends when what may still be gained, with luck, is less than this. */
const worthwhile = 0.03;
/** Never measured: what should cost this much more than the best measured one, as the model says after correction. */
const byFar = 3;

interface Entry {
  readonly variant: Variant;
  readonly candidate: Candidate;
  /** Each over the default's in the same turn. */
  ratios: number[];
}

export async function search(input: SearchInput): Promise<SearchResult> {
  const { variants, predict, prepare, now } = input;
  const start = now();
  const [initial, ...others] = variants as [Variant, ...Variant[]];
  const reference = await prepare(initial);
  if ("refused" in reference) {
    throw new Error(`the default variant cannot be timed: ${reference.refused}`);
  }
  const defaults: number[] = [];
  const open = new Map(others.map((variant) => [variantKey(variant), variant]));
  const entries: Entry[] = [];
  const tried: Tried[] = [];
  const most = Math.max(fewest, Math.floor(share * variants.length)) - 1;
  const ratioOf = (entry: Entry): number => median(entry.ratios);
  const ranked = (): Entry[] => [...entries].sort((a, b) => ratioOf(a) - ratioOf(b));
  const bestSoFar = (): Best => {
    const [first] = ranked();
    return first === undefined || ratioOf(first) > 1
      ? { variant: initial, factor: 1 }
      : { variant: first.variant, factor: 1 / ratioOf(first) };
  };
  const left = (): number => input.budgetMs - (now() - start);
  // What one reading costs, which is more than the time that it reads.
  const costs: number[] = [];
  /** Whether the time that is left is what the final needs. One candidate is tried, however short the time. */
  const isOver = (): boolean =>
    entries.length > 0 && left() < Math.min(finalReadings * median(costs), input.budgetMs / 3);

  /** The default and the given ones, one after the other; there and back, so that a drift adds to one as often as it takes. */
  const turn = async (some: readonly Entry[]): Promise<void> => {
    const readDefault = async (): Promise<number> => {
      const before = now();
      const ms = await reference.time();
      costs.push(now() - before);
      defaults.push(ms);
      return ms;
    };
    const back = defaults.length % 2 === 1;
    const first = back ? undefined : await readDefault();
    const times = new Map<Entry, number>();
    for (const entry of back ? [...some].reverse() : some) times.set(entry, await entry.candidate.time());
    const ms = first ?? (await readDefault());
    for (const [entry, time] of times) entry.ratios.push(time / ms);
  };

  let ended: SearchResult["ended"] = "all were measured";
  let hopeful: { variant: Variant; ms: number; hopeful: number }[] = [];
  const order = (): void => {
    const known: Known[] = [
      { variant: initial, predicted: predict(initial), measured: 1 },
      ...entries
        .filter((one) => Number.isFinite(ratioOf(one)))
        .map((one) => ({
          variant: one.variant,
          predicted: predict(one.variant),
          // A clock that stood still must not make a logarithm of nothing.
          measured: Math.max(ratioOf(one), 1e-3),
        })),
    ];
    const estimate = estimator(known);
    hopeful = [...open.values()]
      .map((variant) => ({ variant, ...estimate(variant, predict(variant)) }))
      .sort((a, b) => a.hopeful - b.hopeful);
  };

  const seen = new Set([strategyOf(initial)]);
  const nextOf = (ordered: typeof hopeful, { variant: best }: Best, goal: number): readonly Variant[] => {
    const near = ordered.filter((one) => one.ms < byFar * goal);
    const strange = strategies.flatMap((strategy) => {
      if (seen.has(strategy)) return [];
      return near.find(({ variant }) => strategyOf(variant) === strategy) ?? [];
    });
    const neighbours = near.filter(({ variant }) => distance(variant, best) <= 1);
    const likely = ordered.filter((one) => one.hopeful < goal * (1 - worthwhile));
    const chosen = new Set(
      [...strange.slice(0, 2), ...neighbours.slice(0, 1), ...likely, ...neighbours].slice(0, batch + 3),
    );
    const next = [...chosen].slice(0, batch).map(({ variant }) => variant);
    for (const variant of next) seen.add(strategyOf(variant));
    return next;
  };

  try {
    await turn([]);
    await turn([]);
    for (;;) {
      order();
      const goal = 1 / bestSoFar().factor;
      const [first] = hopeful;
      if (first === undefined) break;
      if (input.stopped?.()) ended = "stopped";
      else if (isOver()) ended = "time is up";
      else if (tried.length >= most) ended = "a fifth was measured";
      const next = nextOf(hopeful, bestSoFar(), goal);
      if (ended === "all were measured" && next.length === 0) ended = "nothing better is likely";
      if (ended !== "all were measured") break;

      const fresh: Entry[] = [];
      for (const variant of next.slice(0, most - tried.length)) {
        if (fresh.length > 0 && isOver()) break;
        open.delete(variantKey(variant));
        const candidate = await prepare(variant);
        if ("refused" in candidate) {
          tried.push({ variant, ...candidate });
          input.onTried?.(tried.at(-1)!, bestSoFar());
        } else {
          // What comes once (a pipeline that the driver finishes when it is first used) is no reading.
          const entry = { variant, candidate, ratios: [] };
          fresh.push(entry);
          entries.push(entry);
          tried.push({ variant, ms: 0, readings: 0 });
        }
      }
      await turn(fresh);
      for (let i = 1; i < turns && !isOver(); i++) {
        const bound = hopeless * Math.min(1, ...entries.map(ratioOf));
        const alive = fresh.filter((entry) => ratioOf(entry) <= bound);
        if (alive.length === 0) break;
        await turn(alive);
      }
      for (const entry of fresh) input.onTried?.(describe(entry, median(defaults)), bestSoFar());
      // Those that cannot win any more give their buffers back.
      for (const { candidate } of ranked().slice(entrants)) candidate.release();
    }

    const room = Math.floor(left() / (leastTurns * median(costs))) - 1;
    const winner = await holdFinal(ranked(), room, turn, () => left() <= 0);
    const defaultMs = median(defaults);
    order();
    const far = hopeful.filter((one) => one.ms > byFar / bestSoFar().factor);
    const rest = hopeful.filter((one) => one.ms <= byFar / bestSoFar().factor);
    const measured = new Map(entries.map((one) => [variantKey(one.variant), describe(one, defaultMs)]));
    return {
      best: winner?.variant ?? initial,
      bestMs: winner === undefined ? defaultMs : ratioOf(winner) * defaultMs,
      defaultMs,
      tried: [
        { variant: initial, ms: defaultMs, readings: defaults.length },
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

function describe(entry: Entry, defaultMs: number): Tried {
  const ratio = median(entry.ratios);
  if (!Number.isFinite(ratio)) return { variant: entry.variant, refused: "the device was lost while it ran" };
  return { variant: entry.variant, ms: ratio * defaultMs, readings: entry.ratios.length };
}
