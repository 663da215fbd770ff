/**
 * The search among the variants of one kernel. It knows no device: whoever calls it brings a way to prepare a variant
 * and to time it. Vocabulary: a *candidate* is a variant that was prepared and found right; a *reading* is one timing of
 * it; a *turn* takes a reading of the default and of each candidate of a small batch, so that a machine that drifts
 * drifts for all of them. A candidate counts by the median of its readings over that of the default in the same turn.
 *
 * Batch after batch is chosen (`next.ts`) and timed in turns (`batch.ts`), until the time is up, enough were measured, or
 * nothing is left that could gain enough; then a final (`final.ts`) says who wins.
 */

import type { Variant } from "../../runtime/variants/variant.ts";
import { median } from "../measure/spread.ts";
import { measureBatch } from "./batch.ts";
import type { Tried } from "./candidate.ts";
import { holdFinal, leastTurns } from "./final.ts";
import { byFar, nextBatch } from "./next.ts";
import {
  bestSoFar,
  byHopeNow,
  describe,
  type Entry,
  isTimeUp,
  type Progress,
  type SearchInput,
  startProgress,
} from "./progress.ts";
import { variantKey } from "./strategy.ts";
import { byRatio, ratioOf } from "./turns.ts";

export interface SearchResult {
  readonly best: Variant;
  readonly bestMs: number;
  readonly defaultMs: number;
  readonly tried: readonly Tried[];
  /** Variants that were not measured, by the reason. */
  readonly skipped: readonly Skipped[];
  readonly ended: Ended;
}

export type Ended =
  | "time is up"
  | "a fifth was measured"
  | "nothing better is likely"
  | "all were measured"
  | "stopped";

export interface Skipped {
  readonly reason: string;
  readonly variants: readonly Variant[];
}

/** @throws Error where the default variant cannot be timed. */
export async function search(input: SearchInput): Promise<SearchResult> {
  const start = input.now();
  const reference = await input.prepare(input.variants[0]!);
  if ("refused" in reference) {
    throw new Error(`the default variant cannot be timed: ${reference.refused}`);
  }
  const progress = startProgress(input, reference, start);
  try {
    const ended = await measureBatches(progress);
    return resultOf(progress, await winnerOf(progress), ended);
  } finally {
    reference.release();
    for (const { candidate } of progress.entries) candidate.release();
  }
}

/** Batch after batch. @returns why there was no further one. */
async function measureBatches(progress: Progress): Promise<Ended> {
  const { turns, seen, most, tried } = progress;
  // They warm up, and say what a reading costs.
  await turns.take([]);
  await turns.take([]);
  for (;;) {
    const { variant, factor } = bestSoFar(progress);
    const next = nextBatch(byHopeNow(progress), { variant, ms: 1 / factor }, seen);
    const ended = endOf(progress, next);
    if (ended !== undefined) return ended;
    await measureBatch(progress, next.slice(0, most - tried.length));
  }
}

function endOf(progress: Progress, next: readonly Variant[]): Ended | undefined {
  if (progress.open.size === 0) return "all were measured";
  if (progress.input.stopped?.()) return "stopped";
  if (isTimeUp(progress)) return "time is up";
  if (progress.tried.length >= progress.most) return "a fifth was measured";
  return next.length === 0 ? "nothing better is likely" : undefined;
}

/** Nothing where it is the default. */
function winnerOf({ entries, turns, left }: Progress): Promise<Entry | undefined> {
  const room = Math.floor(left() / (leastTurns * turns.costMs())) - 1;
  return holdFinal(byRatio(entries), room, turns.take, () => left() <= 0);
}

function resultOf(progress: Progress, winner: Entry | undefined, ended: Ended): SearchResult {
  const { initial, turns, entries, tried } = progress;
  const defaultMs = median(turns.defaults);
  const measured = new Map(entries.map((one) => [variantKey(one.variant), describe(one, defaultMs)]));
  return {
    best: winner?.variant ?? initial,
    bestMs: winner === undefined ? defaultMs : ratioOf(winner) * defaultMs,
    defaultMs,
    tried: [
      { variant: initial, ms: defaultMs, readings: turns.defaults.length },
      ...tried.map((one) => measured.get(variantKey(one.variant)) ?? one),
    ],
    skipped: skippedOf(progress, ended),
    ended,
  };
}

/** What was not measured: because of what the model says of it, or because the search ended. */
function skippedOf(progress: Progress, ended: Ended): readonly Skipped[] {
  const bound = byFar / bestSoFar(progress).factor;
  const [far, rest]: [Variant[], Variant[]] = [[], []];
  for (const { ms, variant } of byHopeNow(progress)) (ms > bound ? far : rest).push(variant);
  return [
    { reason: `the model rules them out by far: more than ${byFar} times the best`, variants: far },
    { reason: ended, variants: rest },
  ].filter((one) => one.variants.length > 0);
}
