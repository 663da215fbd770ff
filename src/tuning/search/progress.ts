/** The progress of a search: what it tried, what it found, and how much time is left. */
import type { Variant } from "../../runtime/variants/variant.ts";
import type { Best, Candidate, Refused, Tried } from "./candidate.ts";
import type { Known } from "./estimate.ts";
import { byHope, type Hopeful } from "./next.ts";
import { type Strategy, strategyOf, variantKey } from "./strategy.ts";
import { byRatio, type Runner, ratioOf, startTurns, type Turns } from "./turns.ts";

export interface SearchInput {
  /** The default first. */
  readonly variants: readonly Variant[];
  /** Predicts the cost of a variant, in any unit. */
  readonly predict: (variant: Variant) => number;
  /** Prepares and checks a variant. A rejection ends the search. */
  readonly prepare: (variant: Variant) => Promise<Candidate | Refused>;
  readonly budgetMs: number;
  /** Milliseconds, like `performance.now`. */
  readonly now: () => number;
  /** Called for every variant that was tried. */
  readonly onTried?: (tried: Tried, best: Best) => void;
  /** Called before each batch; true stops the search. */
  readonly stopped?: () => boolean;
}

/** A candidate with its readings. */
export interface Entry extends Runner {
  readonly variant: Variant;
  readonly candidate: Candidate;
}

export interface Progress {
  readonly input: SearchInput;
  readonly initial: Variant;
  readonly turns: Turns;
  /** Milliseconds of the budget that are left. */
  left(): number;
  /** Variants not tried yet, by key. */
  readonly open: Map<string, Variant>;
  readonly entries: Entry[];
  /** All variants that were tried except the default, also refused ones. */
  readonly tried: Tried[];
  readonly seen: Set<Strategy>;
  /** The search tries at most this many. */
  readonly most: number;
}

/** The search measures at most this share of the space, or a little more of a small space. */
const share = 0.2;
const fewest = 6;
/** The search leaves time for a final of this many readings, but at most a third of the budget. */
const finalReadings = 200;

/** @param start when the search began. Preparing the default counts. */
export function startProgress(input: SearchInput, reference: Candidate, start: number): Progress {
  const { variants, now } = input;
  const [initial, ...others] = variants as [Variant, ...Variant[]];
  return {
    input,
    initial,
    turns: startTurns(reference, now),
    left: () => input.budgetMs - (now() - start),
    open: new Map(others.map((variant) => [variantKey(variant), variant])),
    entries: [],
    tried: [],
    seen: new Set([strategyOf(initial)]),
    most: Math.max(fewest, Math.floor(share * variants.length)) - 1,
  };
}

export function bestSoFar({ entries, initial }: Progress): Best {
  const [first] = byRatio(entries);
  return first === undefined || ratioOf(first) > 1
    ? { variant: initial, factor: 1 }
    : { variant: first.variant, factor: 1 / ratioOf(first) };
}

/** Whether only the time for the final is left. One candidate is always tried, however short the time. */
export function isTimeUp({ entries, left, turns, input }: Progress): boolean {
  const forFinal = (): number => Math.min(finalReadings * turns.costMs(), input.budgetMs / 3);
  return entries.length > 0 && left() < forFinal();
}

/** The variants not tried yet, the most hopeful first. */
export function byHopeNow(progress: Progress): readonly Hopeful[] {
  return byHope(progress.open.values(), knownOf(progress), progress.input.predict);
}

/** The measurements that the estimates use, in units of the default's time. */
function knownOf({ initial, entries, input: { predict } }: Progress): readonly Known[] {
  const known = [{ variant: initial, predicted: predict(initial), measured: 1 }];
  for (const entry of entries) {
    const { variant } = entry;
    // A clock that stood still gives 0, which has no logarithm.
    const measured = Math.max(ratioOf(entry), 1e-3);
    if (Number.isFinite(measured)) known.push({ variant, predicted: predict(variant), measured });
  }
  return known;
}

/** Summarizes the readings of a candidate. */
export function describe(entry: Entry, defaultMs: number): Tried {
  const ratio = ratioOf(entry);
  if (!Number.isFinite(ratio)) return { variant: entry.variant, refused: "the device was lost while it ran" };
  return { variant: entry.variant, ms: ratio * defaultMs, readings: entry.ratios.length };
}
