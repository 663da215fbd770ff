/** How far a search has come: what was tried, what it found, and how much time is left. */
import type { Variant } from "../../runtime/variants/variant.ts";
import type { Best, Candidate, Refused, Tried } from "./candidate.ts";
import type { Known } from "./estimate.ts";
import { byHope, type Hopeful } from "./next.ts";
import { type Strategy, strategyOf, variantKey } from "./strategy.ts";
import { byRatio, type Runner, ratioOf, startTurns, type Turns } from "./turns.ts";

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
  /** Variants that were not tried yet, by key. */
  readonly open: Map<string, Variant>;
  readonly entries: Entry[];
  /** All that were tried besides the default, the refused ones too. */
  readonly tried: Tried[];
  readonly seen: Set<Strategy>;
  /** So many are tried at most. */
  readonly most: number;
}

/** Of the space, at most this share is measured; a small space may be measured a little further. */
const share = 0.2;
const fewest = 6;
/** For a final of so many readings time is left, but a third of the budget at most. */
const finalReadings = 200;

/** @param start when the search began: preparing the default counts. */
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

/** Whether the time that is left is what the final needs. One candidate is tried, however short the time. */
export function isTimeUp({ entries, left, turns, input }: Progress): boolean {
  const forFinal = (): number => Math.min(finalReadings * turns.costMs(), input.budgetMs / 3);
  return entries.length > 0 && left() < forFinal();
}

/** What was not tried yet, the most hopeful first. */
export function byHopeNow(progress: Progress): readonly Hopeful[] {
  return byHope(progress.open.values(), knownOf(progress), progress.input.predict);
}

/** What the estimates go by, in units of the default's time. */
function knownOf({ initial, entries, input: { predict } }: Progress): readonly Known[] {
  const known = [{ variant: initial, predicted: predict(initial), measured: 1 }];
  for (const entry of entries) {
    const { variant } = entry;
    // A clock that stood still must not make a logarithm of nothing.
    const measured = Math.max(ratioOf(entry), 1e-3);
    if (Number.isFinite(measured)) known.push({ variant, predicted: predict(variant), measured });
  }
  return known;
}

/** What a candidate's readings say. */
export function describe(entry: Entry, defaultMs: number): Tried {
  const ratio = ratioOf(entry);
  if (!Number.isFinite(ratio)) return { variant: entry.variant, refused: "the device was lost while it ran" };
  return { variant: entry.variant, ms: ratio * defaultMs, readings: entry.ratios.length };
}
