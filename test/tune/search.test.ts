/** The search on made-up times and a made-up clock: what it finds, what it measures, when it ends. */
import { describe, expect, it } from "vitest";
import type { Variant, Work } from "../../src/runtime/webgpu/index.ts";
import type { Candidate, Refused } from "../../src/tuning/search/candidate.ts";
import { costOf } from "../../src/tuning/search/cost.ts";
import { search } from "../../src/tuning/search/search.ts";
import { spaceOf } from "../../src/tuning/search/space.ts";
import { variantKey } from "../../src/tuning/search/strategy.ts";
import { uniform } from "../support/random.ts";

const limits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
};
const traits = { subgroup: 8, software: true };
const work: Work = {
  rowSteps: 256,
  rowCount: 4096,
  across: false,
  reduces: true,
  held: 1,
  together: 4,
  split: true,
  chunkRows: 0,
};
const { variants } = spaceOf(work, traits, limits);
const predict = (variant: Variant): number => costOf(variant, work, traits).total;

interface World {
  readonly ms: (variant: Variant) => number;
  readonly budgetMs?: number;
  readonly noise?: number;
  readonly refuse?: (variant: Variant) => Refused | undefined;
}

/** Runs a search in which preparing takes 100 ms and a reading 20. */
async function searched({ ms, budgetMs = 1e9, noise = 0, refuse = () => undefined }: World) {
  const random = uniform(7);
  let clock = 0;
  let open = 0;
  const prepared: string[] = [];
  const told: number[] = [];
  const result = await search({
    variants,
    predict,
    budgetMs,
    now: () => clock,
    onTried: (_, best) => told.push(best.factor),
    async prepare(variant): Promise<Candidate | Refused> {
      clock += 100;
      prepared.push(variantKey(variant));
      const refused = refuse(variant);
      if (refused !== undefined) return refused;
      open++;
      let released = false;
      return {
        async time() {
          clock += 20;
          // The machine drifts by half within the search: only neighbours can be compared.
          return ms(variant) * (1 + 0.5 * Math.sin(clock / 1500)) * (1 + noise * (random() - 0.5));
        },
        release() {
          if (!released) open--;
          released = true;
        },
      };
    },
  });
  return { result, prepared, told, clock, open };
}

/** Times that follow the model, but for a valley around one variant that the model knows nothing of. */
function valley(lanes: number, rows: number, depth: number) {
  return (variant: Variant): number => {
    const far = Math.hypot(Math.log2(variant.lanes / lanes), Math.log2(variant.rows / rows));
    const other =
      variant.together > 1 || variant.residency !== "reload" || variant.subgroup !== Math.min(8, lanes);
    return (predict(variant) / 1e6) * (other ? 1 : 1 - depth * Math.exp(-0.15 * far ** 2));
  };
}

describe("the search", () => {
  it.each([
    [4, 16, 0.6],
    [2, 64, 0.7],
    [8, 8, 0.75],
  ])(
    "finds what is best around %i x %i, a fifth of the space measured at most",
    async (lanes, rows, depth) => {
      const ms = valley(lanes, rows, depth);
      const { result, open } = await searched({ ms, noise: 0.04 });
      const best = Math.min(...variants.map(ms));
      expect(ms(result.best) / best).toBeLessThan(1.05);
      expect(result.tried.length).toBeLessThanOrEqual(variants.length / 5);
      expect(open).toBe(0);
    },
  );

  it("keeps the default where the others are as fast", async () => {
    const { result } = await searched({ ms: () => 1, noise: 0.03 });
    expect(result.best).toBe(variants[0]);
    expect(result.bestMs).toBe(result.defaultMs);
  });

  it("ends when the time is up, and accounts for every variant", async () => {
    const { result, clock } = await searched({ ms: valley(4, 16, 0.6), budgetMs: 1000 });
    expect(result.ended).toBe("time is up");
    // Time for the final was left; a candidate that was being prepared and a turn are the most that it can be late.
    expect(clock).toBeLessThanOrEqual(1000 + 100 + 5 * 20);
    const skipped = result.skipped.flatMap((one) => one.variants);
    expect(new Set([...result.tried.map((one) => one.variant), ...skipped]).size).toBe(variants.length);
    expect(result.tried.length + skipped.length).toBe(variants.length);
  });

  it("tries a candidate, however short the time", async () => {
    const { result } = await searched({ ms: valley(4, 16, 0.6), budgetMs: 1 });
    expect(result.tried).toHaveLength(2);
  });

  it("measures nothing that the model rules out by far", async () => {
    const { result } = await searched({ ms: (variant) => predict(variant) / 1e6 });
    const worst = Math.max(...result.tried.map(({ variant }) => predict(variant)));
    expect(worst / Math.min(...variants.map(predict))).toBeLessThan(10);
    expect(result.skipped.some(({ reason }) => reason.includes("rules them out"))).toBe(true);
  });

  it("never takes a wrong variant, and says which it was", async () => {
    const ms = valley(4, 16, 0.9);
    const { best } = (await searched({ ms })).result;
    expect(best).not.toBe(variants[0]);
    const wrong = { refused: "element 0 of y is 1, not 2", wrong: true };
    const { result } = await searched({ ms, refuse: (one) => (one === best ? wrong : undefined) });
    expect(result.best).not.toBe(best);
    expect(result.tried).toContainEqual({ variant: best, ...wrong });
  });

  it("tells the best so far while a batch is only half prepared", async () => {
    let asked = 0;
    const ms = valley(4, 16, 0.6);
    const { told } = await searched({
      ms,
      refuse: () => (asked++ % 2 === 0 ? undefined : { refused: "no" }),
    });
    expect(told.length).toBeGreaterThan(10);
    // It only grows, as the readings here have no noise but the drift of a batch.
    for (const [i, factor] of told.entries()) expect(factor).toBeGreaterThan(0.97 * (told[i - 1] ?? 1));
  });

  it("goes on without a candidate that took the device down", async () => {
    const ms = valley(4, 16, 0.6);
    const deadly = variants.find((one) => one.lanes === 4 && one.rows === 8 && one.subgroup === 4)!;
    const { result } = await searched({ ms: (one) => (one === deadly ? Number.POSITIVE_INFINITY : ms(one)) });
    expect(result.best).not.toBe(deadly);
    const told = result.tried.find((one) => one.variant === deadly);
    if (told !== undefined) expect(told).toHaveProperty("refused");
    expect(ms(result.best)).toBeLessThan(ms(variants[0]!));
  });

  it("survives a clock that stands still", async () => {
    const { result } = await searched({ ms: () => 65.536 });
    expect(result.best).toBe(variants[0]);
  });
});

describe("the space", () => {
  it("has the default first, and a reason for everything it leaves out", () => {
    const { variants, pruned } = spaceOf(work, traits, limits);
    expect(variants[0]!.reason).not.toBe("tuned");
    expect(new Set(variants.map(variantKey)).size).toBe(variants.length);
    expect(variants.length).toBeGreaterThan(100);
    expect(pruned.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  it("has every structure that a kernel supports", () => {
    const few = spaceOf({ ...work, rowCount: 16, rowSteps: 2048 }, traits, limits).variants;
    expect(few.some((one) => one.parts > 1)).toBe(true);
    expect(few.some((one) => one.together > 1)).toBe(true);
    expect(variants.some((one) => one.residency === "registers")).toBe(true);
    expect(variants.some((one) => one.residency === "workgroup")).toBe(true);
    const across = spaceOf({ ...work, across: true, together: 1 }, traits, limits).variants;
    expect(across.some((one) => one.columns)).toBe(true);
    const summed = spaceOf({ ...work, chunkRows: 4096, together: 1, split: false }, traits, limits).variants;
    expect(new Set(summed.map((one) => one.chunks)).size).toBeGreaterThan(2);
  });
});
