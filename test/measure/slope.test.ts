import { describe, expect, it } from "vitest";
import { slopes, type Timed } from "../../src/tuning/measure/slope.ts";
import { geometricMean, spreadOf } from "../../src/tuning/measure/spread.ts";

/** Takes `once` for each call and `each` for each link of the chain. */
function pretended(once: number, each: number, most?: number): Timed & { readonly lengths: number[] } {
  const lengths: number[] = [];
  return {
    lengths,
    ...(most === undefined ? {} : { most }),
    async time(count) {
      lengths.push(count);
      return once + each * count;
    },
  };
}

describe("a slope", () => {
  it.each([
    [0, 10],
    [30, 10],
    [30, 0.01],
    [1000, 700],
  ])("is what one more takes: %d ms a call, %d ms each", async (once, each) => {
    const next = await slopes(pretended(once, each));
    expect(await next()).toBeCloseTo(each, 9);
    expect(await next()).toBeCloseTo(each, 9);
  });

  it("makes chains of short kernels longer", async () => {
    const timed = pretended(1, 0.01);
    await slopes(timed);
    expect(Math.max(...timed.lengths)).toBeGreaterThan(1000);
  });

  it("goes no further than it may", async () => {
    const timed = pretended(1, 0.01, 60);
    await slopes(timed);
    expect(Math.max(...timed.lengths)).toBe(60);
  });

  it("does what takes seconds as few times as it can", async () => {
    const timed = pretended(0, 2000);
    await (await slopes(timed))();
    expect(timed.lengths.reduce((a, b) => a + b)).toBe(4);
  });

  it("is not made positive where noise is larger", async () => {
    const answers = [5, 5, 30, 9, 8];
    const next = await slopes({ time: async () => answers.shift() ?? 0 });
    expect(await next()).toBeCloseTo(-1 / 3, 9);
  });

  it("adds to a long call what can be told from it", async () => {
    const timed = pretended(300, 5, 60);
    await slopes(timed);
    expect(Math.max(...timed.lengths)).toBeGreaterThan(30);
  });
});

describe("a spread", () => {
  it("has the median and the quartiles", () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, quartiles: [2, 4], count: 5 });
    expect(spreadOf([1, 2])).toEqual({ median: 1.5, quartiles: [1.25, 1.75], count: 2 });
  });

  it("has a geometric mean", () => {
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
  });
});
