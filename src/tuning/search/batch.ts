/** A batch of the search: prepares a few variants and times them in turns with the default. */
import type { Variant } from "../../runtime/variants/variant.ts";
import { median } from "../measure/spread.ts";
import type { Tried } from "./candidate.ts";
import { entrants } from "./final.ts";
import { bestSoFar, describe, type Entry, isTimeUp, type Progress } from "./progress.ts";
import { strategyOf, variantKey } from "./strategy.ts";
import { byRatio, ratioOf } from "./turns.ts";

/**
 * A candidate whose first reading is worse by this factor gets no second one. With 1.3, on a machine that others use
 * too, the search dropped good candidates.
 */
const hopeless = 1.5;
/**
 * The fewest readings of each candidate. It gets more while reading has taken less time than preparing: less noise is
 * worth that much.
 */
const leastReadings = 3;
const mostReadings = 7;

export async function measureBatch(progress: Progress, variants: readonly Variant[]): Promise<void> {
  const { input, turns, entries } = progress;
  const began = input.now();
  const fresh = await prepareEach(progress, variants);
  await readInTurns(progress, fresh, input.now() - began);
  for (const entry of fresh) input.onTried?.(describe(entry, median(turns.defaults)), bestSoFar(progress));
  // Candidates that cannot win any more release their buffers.
  for (const { candidate } of byRatio(entries).slice(entrants)) candidate.release();
}

/** Prepares one variant after the other, and stops when the time is up. */
async function prepareEach(progress: Progress, variants: readonly Variant[]): Promise<readonly Entry[]> {
  const { input, open, seen, tried, entries } = progress;
  const fresh: Entry[] = [];
  for (const variant of variants) {
    if (fresh.length > 0 && isTimeUp(progress)) break;
    open.delete(variantKey(variant));
    seen.add(strategyOf(variant));
    const candidate = await input.prepare(variant);
    if ("refused" in candidate) {
      const refused: Tried = { variant, ...candidate };
      tried.push(refused);
      input.onTried?.(refused, bestSoFar(progress));
      continue;
    }
    const entry = { variant, candidate, ratios: [] };
    fresh.push(entry);
    entries.push(entry);
    tried.push({ variant, ms: 0, readings: 0 });
  }
  return fresh;
}

/** @param preparingMs the time that preparing them took. */
async function readInTurns(progress: Progress, fresh: readonly Entry[], preparingMs: number): Promise<void> {
  const { input, turns, entries } = progress;
  const began = input.now();
  const isEnough = (count: number): boolean =>
    count >= mostReadings || (count >= leastReadings && input.now() - began > preparingMs);
  await turns.take(fresh);
  for (let count = 1; !isEnough(count) && !isTimeUp(progress); count++) {
    const alive = fresh.filter((entry) => ratioOf(entry) <= hopelessFrom(entries));
    if (alive.length === 0) break;
    await turns.take(alive);
  }
}

/** A candidate above this ratio is not read again. The best of single readings may just be lucky. */
function hopelessFrom(entries: readonly Entry[]): number {
  const sure = entries.filter(({ ratios }) => ratios.length >= leastReadings);
  return hopeless * Math.min(1, ...sure.map(ratioOf));
}
