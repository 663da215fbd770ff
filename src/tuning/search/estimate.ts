/**
 * The cost model, corrected by measurements. The measured variants near a variant say how much the model is off there
 * (a mean weighted by distance, after Nadaraya and Watson), and how certain that is. The distance counts factors of two
 * between the sizes.
 */
import type { Variant } from "../../runtime/variants/variant.ts";
import { strategyOf } from "./strategy.ts";

export interface Known {
  readonly variant: Variant;
  /** The model's prediction, in any unit. */
  readonly predicted: number;
  /** Milliseconds. */
  readonly measured: number;
}

export interface Estimate {
  readonly ms: number;
  /** An optimistic estimate: how good it may turn out to be, with some luck. */
  readonly hopeful: number;
}

/** The weight of the model's own prediction, relative to a neighbour at distance 0. */
const prior = 0.6;
/** How much a prediction without neighbours is off, as a logarithm: a factor of 2.7, which is rare. */
const spread = 1;
/** The distance to another strategy, in factors of two. */
const otherStrategy = 2.5;
const reach = 1.2;

export function estimator(known: readonly Known[]): (variant: Variant, predicted: number) => Estimate {
  const errors = known.map(({ predicted, measured }) => Math.log(measured / predicted));
  // How much the model is off as a whole: its unit.
  const offset = middle(errors);
  return (variant, predicted) => {
    let [weights, sum] = [prior, 0];
    for (const [i, one] of known.entries()) {
      const weight = Math.exp(-0.5 * (distance(variant, one.variant) / reach) ** 2);
      weights += weight;
      sum += weight * (errors[i]! - offset);
    }
    const ms = predicted * Math.exp(offset + sum / weights);
    return { ms, hopeful: ms * Math.exp(-spread * (prior / weights)) };
  };
}

export function distance(a: Variant, b: Variant): number {
  const steps = (x: number, y: number): number => Math.log2(x / y);
  const sizes = Math.hypot(
    steps(a.lanes, b.lanes),
    steps(a.rows, b.rows) * 0.7,
    steps(a.parts, b.parts),
    steps(a.chunks, b.chunks) * 0.5,
    a.subgroup === b.subgroup || a.lanes !== b.lanes ? 0 : 2,
  );
  return sizes + (strategyOf(a) === strategyOf(b) ? 0 : otherStrategy);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length === 0 ? 0 : (sorted[Math.ceil(half - 1)]! + sorted[Math.floor(half)]!) / 2;
}
