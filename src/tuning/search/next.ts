/**
 * Chooses the variants to try next. Most are the most hopeful by the cost model, corrected by measurements
 * (`estimate.ts`). It adds the most hopeful variant of each strategy not tried yet, because the model errs more between
 * strategies than between sizes, and the neighbours of the best variant, because the fastest sizes lie side by side.
 */
import type { Variant } from "../../runtime/variants/variant.ts";
import { distance, type Estimate, estimator, type Known } from "./estimate.ts";
import { type Strategy, strategies, strategyOf } from "./strategy.ts";

/** The number of variants that are prepared and timed together. */
const batch = 4;
/** The search ends when the possible gain, with luck, is less than this. */
const worthwhile = 0.03;
/** A variant is not measured if the corrected model predicts this many times the best measured time. */
export const byFar = 3;

export interface Hopeful extends Estimate {
  readonly variant: Variant;
}

/** Sorts variants, the most hopeful first. */
export function byHope(
  open: Iterable<Variant>,
  known: readonly Known[],
  predict: (variant: Variant) => number,
): readonly Hopeful[] {
  const estimate = estimator(known);
  return [...open]
    .map((variant) => ({ variant, ...estimate(variant, predict(variant)) }))
    .sort((a, b) => a.hopeful - b.hopeful);
}

/**
 * Returns an empty batch if nothing better is likely.
 * @param best the best variant so far and its time, in the unit of the estimates.
 */
export function nextBatch(
  ordered: readonly Hopeful[],
  best: { readonly variant: Variant; readonly ms: number },
  seen: ReadonlySet<Strategy>,
): readonly Variant[] {
  const near = ordered.filter(({ ms }) => ms < byFar * best.ms);
  const strange = strategies.flatMap((strategy) => {
    if (seen.has(strategy)) return [];
    return near.find(({ variant }) => strategyOf(variant) === strategy) ?? [];
  });
  const neighbours = near.filter(({ variant }) => distance(variant, best.variant) <= 1);
  const likely = ordered.filter(({ hopeful }) => hopeful < best.ms * (1 - worthwhile));
  const chosen = new Set([...strange.slice(0, 2), ...neighbours.slice(0, 1), ...likely, ...neighbours]);
  return [...chosen].slice(0, batch).map(({ variant }) => variant);
}
