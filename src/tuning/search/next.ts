/**
 * Which variants to try next. The cost model, corrected by what was measured (`estimate.ts`), says what is most hopeful;
 * besides come the most hopeful of each strategy that was not tried yet, since a model is off by strategy more than by
 * size, and the neighbours of the best, since the fastest sizes lie side by side.
 */
import type { Variant } from "../../runtime/variants/variant.ts";
import { distance, type Estimate, estimator, type Known } from "./estimate.ts";
import { type Strategy, strategies, strategyOf } from "./strategy.ts";

/** So many are prepared and timed together. */
const batch = 4;
/** The search ends when what may still be gained, with luck, is less than this. */
const worthwhile = 0.03;
/** Never measured: what should cost this much more than the best measured one, as the model says after correction. */
export const byFar = 3;

export interface Hopeful extends Estimate {
  readonly variant: Variant;
}

/** The most hopeful first. */
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
 * Empty when nothing better is likely.
 * @param best the best so far, and what it takes, in the unit of the estimates.
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
