/**
 * The search among the variants of one kernel. It knows no device: the caller passes functions that prepare a variant
 * and time it. Vocabulary: a *candidate* is a variant that was prepared and computes the right results; a *reading* is
 * one timing of it; a *turn* takes a reading of the default and of each candidate of a small batch, so that drift of
 * the machine affects all of them. A candidate is judged by the median of its readings over that of the default in the
 * same turns.
 *
 * The search chooses batch after batch (`next.ts`) and times each in turns (`batch.ts`), until the time is up, it
 * measured enough variants, or no variant could gain enough. Then a final (`final.ts`) decides the winner.
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
  /** Variants that were not measured, by reason. */
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

/** @throws Error if the default variant cannot be timed. */
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

/** Times batch after batch. @returns why it stopped. */
async function measureBatches(progress: Progress): Promise<Ended> {
  const { turns, seen, most, tried } = progress;
  // These turns warm up the device and show the cost of a reading.
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

/** Undefined if the default wins. */
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

/** The variants that were not measured, because the model predicts too much or because the search ended. */
function skippedOf(progress: Progress, ended: Ended): readonly Skipped[] {
  const bound = byFar / bestSoFar(progress).factor;
  const [far, rest]: [Variant[], Variant[]] = [[], []];
  for (const { ms, variant } of byHopeNow(progress)) (ms > bound ? far : rest).push(variant);
  return [
    { reason: `the model rules them out by far: more than ${byFar} times the best`, variants: far },
    { reason: ended, variants: rest },
  ].filter((one) => one.variants.length > 0);
}
