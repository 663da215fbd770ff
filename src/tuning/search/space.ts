/**
 * The variants that a tuner may choose from for one kernel: every strategy, in sizes that are powers of two. A variant
 * is left out for a stated reason: it is illegal (`whyIllegal`), or it equals another variant except for more idle
 * lanes.
 */
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import { powerOfTwoFrom } from "../../runtime/variants/powers.ts";
import type { Traits } from "../../runtime/variants/traits.ts";
import type { Variant, Work, WorkgroupLimits } from "../../runtime/variants/variant.ts";
import { whyIllegal } from "../../runtime/variants/variant-rules.ts";
import { variantKey } from "./strategy.ts";

export interface Space {
  /** The default first. */
  readonly variants: readonly Variant[];
  readonly pruned: readonly Pruned[];
}

export interface Pruned {
  readonly variant: Variant;
  readonly reason: string;
}

export function spaceOf(work: Work, traits: Traits, limits: WorkgroupLimits): Space {
  const initial = chooseVariant(work, traits, limits);
  const variants = new Map([[variantKey(initial), initial]]);
  const pruned: Pruned[] = [];
  for (const variant of product(work, traits, limits, initial)) {
    const key = variantKey(variant);
    if (variants.has(key)) continue;
    const reason = whyIllegal(variant, work, traits, limits) ?? redundancy(variant, work, traits);
    if (reason === null) variants.set(key, variant);
    else pruned.push({ variant, reason });
  }
  return { variants: [...variants.values()], pruned };
}

/** How many variants were left out for each reason, the most frequent first. */
export function reasonsOf(pruned: readonly Pruned[]): readonly (readonly [reason: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { reason } of pruned) {
    // The numbers differ between variants: `a workgroup has at most 256 invocations, not 512`.
    const alike = reason.replace(/, not \d+/, "").replace(/^needs \d+ bytes/, "needs more");
    counts.set(alike, (counts.get(alike) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function* product(work: Work, traits: Traits, limits: WorkgroupLimits, initial: Variant): Generator<Variant> {
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
  const sizes = powersOfTwo(1, most);
  const base = { together: 1, columns: false, residency: "reload", parts: 1 } as const;
  const structures: Pick<Variant, "together" | "columns" | "residency" | "parts">[] = [
    base,
    { ...base, residency: "registers" },
    { ...base, residency: "workgroup" },
    { ...base, columns: true },
    ...(work.together > 1 ? [{ ...base, together: work.together }] : []),
    ...powersOfTwo(2, 256).flatMap((parts) => [
      { ...base, parts },
      { ...base, parts, columns: true },
    ]),
  ];
  for (const structure of structures) {
    for (const lanes of sizes) {
      for (const rows of sizes) {
        for (const subgroup of new Set([Math.min(traits.subgroup, lanes), 1])) {
          for (const chunks of chunkCounts(work, initial)) {
            yield { ...structure, lanes, rows, subgroup, chunks, reason: "tuned" };
          }
        }
      }
    }
  }
}

/** Chunk counts around the default rule's, in factors of four. */
function chunkCounts({ chunkRows }: Work, { chunks }: Variant): ReadonlySet<number> {
  if (chunkRows === 0) return new Set([1]);
  return new Set([1 / 16, 1 / 4, 1, 4, 16].map((by) => clamp(Math.round(chunks * by), 1, chunkRows)));
}

/** Workgroups that keep the largest device busy several times over. More workgroups for each row only add merging. */
const plenty = 2048;

/**
 * Why a legal variant is not worth a measurement on any device: it does the same as another one, with more idle lanes.
 */
function redundancy(variant: Variant, work: Work, traits: Traits): string | null {
  const { lanes, rows, subgroup, together, columns, residency, parts } = variant;
  const { rowSteps, rowCount, reduces, across } = work;
  if (lanes > powerOfTwoFrom(rowSteps)) return `lanes without a step: a row has ${rowSteps}`;
  if (rows > powerOfTwoFrom(rowCount / together)) return `rows that there are not: there are ${rowCount}`;
  if (lanes * rows > 256 && rows > 1) return "above 256 invocations only for a single row";
  if (columns && !across) return "neighbouring rows lie apart in memory: no tile of columns";
  if (columns && lanes === 1) return "a tile of columns with one lane is a lane a row";
  if (!reduces && subgroup > 1) return "lanes have nothing to exchange";
  const whole = Math.min(traits.subgroup, lanes);
  if (subgroup < whole && !columns && reduces) {
    if (residency !== "reload" || parts > 1 || together > 1) {
      return "without its subgroups the device is tried with rows that are read again";
    }
  }
  if (parts > 1) {
    if (lanes * parts > powerOfTwoFrom(rowSteps)) return `parts without a step a lane: a row has ${rowSteps}`;
    if (Math.ceil(rowCount / rows) * parts > plenty) return `more than ${plenty} workgroups share rows`;
    if (!columns && rows > 1) return "a part of a row is a workgroup of its own";
  }
  return null;
}

function powersOfTwo(from: number, to: number): number[] {
  const found: number[] = [];
  for (let n = from; n <= to; n *= 2) found.push(n);
  return found;
}

function clamp(n: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, n));
}
