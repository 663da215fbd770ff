/** The final of the search, on made-up times: who wins under noise, and how long it takes. */
import { describe, expect, it } from "vitest";
import { median } from "../../src/tuning/measure/spread.ts";
import { holdFinal } from "../../src/tuning/search/final.ts";
import { uniform } from "../support/random.ts";

/** A final between variants of these true ratios to the default; readings are off by up to `noise` either way. */
async function held(
  truth: readonly number[],
  noise: number,
  seed: number,
  turnsLeft = Number.POSITIVE_INFINITY,
) {
  const random = uniform(seed);
  const reading = (ratio: number): number => ratio * (1 + noise * (2 * random() - 1));
  // As in the search: three readings brought them here, sorted.
  const field = truth.map((ratio) => ({ ratio, ratios: [0, 0, 0].map(() => reading(ratio)) }));
  field.sort((a, b) => median(a.ratios) - median(b.ratios));
  let turns = 0;
  const winner = await holdFinal(
    field,
    8,
    async (some) => {
      turns++;
      for (const one of some) one.ratios.push(reading(one.ratio));
    },
    () => turns >= turnsLeft,
  );
  return { winner: winner?.ratio ?? "default", turns };
}

const seeds = Array.from({ length: 200 }, (_, i) => i + 1);

describe("the final", () => {
  it("is soon over on a quiet machine, whoever wins", async () => {
    expect(await held([0.8, 0.9, 1.1], 0.01, 1)).toEqual({ winner: 0.8, turns: 12 });
    expect(await held([1, 1.05, 1.1], 0.01, 1)).toEqual({ winner: "default", turns: 12 });
  });

  it("takes more turns where noise asks for them, and then finds what is 7 % faster", async () => {
    const finals = await Promise.all(seeds.map((seed) => held([0.93, 1, 1.02, 1.05], 0.12, seed)));
    // A sign test errs; what counts is that it seldom does.
    expect(finals.filter(({ winner }) => winner === 0.93).length).toBeGreaterThan(180);
    expect(Math.max(...finals.map(({ turns }) => turns))).toBeGreaterThan(12);
  });

  it("seldom takes luck for speed", async () => {
    const luckOf = async (ratio: number): Promise<number> => {
      const finals = await Promise.all(seeds.map((seed) => held(Array(8).fill(ratio), 0.12, seed)));
      return finals.filter(({ winner }) => winner !== "default").length;
    };
    // Whoever is as fast does no harm when it wins.
    expect(await luckOf(1)).toBeLessThan(30);
    expect(await luckOf(1.03)).toBeLessThan(3);
  });

  it("holds four turns when the time is up, and no more", async () => {
    expect(await held([0.8, 0.9], 0.01, 1, 0)).toEqual({ winner: 0.8, turns: 4 });
    expect((await held([0.97, 0.99], 0.3, 1, 6)).turns).toBeLessThanOrEqual(6);
  });

  it("forgets the readings that brought a candidate there", async () => {
    const lucky = { ratios: [0.5, 0.5, 0.5] };
    const winner = await holdFinal(
      [lucky],
      8,
      async (some) => {
        for (const one of some) one.ratios.push(1);
      },
      () => false,
    );
    expect(winner).toBeUndefined();
  });
});
