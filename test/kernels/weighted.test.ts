/** The numerics contract for statistics with weights and masks, however they are written. */
import { afterAll, describe, expect, it } from "vitest";
import { oracle, type Trial, worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstAgainstDifferences, worstOnDevice } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";
import { weightedSpecs, weightedTrial } from "../support/weighted.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const ratios = [0, 1e2, 1e4, -1e6];
const inParts = { ...laneARow, rows: 1, parts: 4 };

describe.each(devices)("weighted statistics on $name", (adapter) => {
  const { device } = adapter;

  it.each(inTurn(weightedSpecs, adapter, devices))("$name", async (spec) => {
    for (const ratio of ratios) {
      const trial = weightedTrial(spec, ratio);
      const worst = await worstDifference(device, trial);
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(inTurn(weightedSpecs, adapter, devices, 1))("$name, in parts", async (spec) => {
    for (const ratio of ratios) {
      const trial = weightedTrial(spec, ratio);
      const worst = await worstDifference(device, trial, ({ split }) => (split ? inParts : laneARow));
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(inTurn(weightedSpecs, adapter, devices, 2))("the gradients of $name", async (spec) => {
    for (const ratio of ratios) {
      const backward = backwardTrial(weightedTrial(spec, ratio));
      for (const [name, values] of oracle(backward)) {
        expect(values.every(Number.isFinite), `${name} is made of numbers`).toBe(true);
      }
      const worst = await worstOnDevice(device, backward);
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });
});

const standardized = "y = standardize(x over D; weight = w, eps)";
const guarded = "y = x - sum(where(w, x, 0) over D) / max(count(w over D), 1)";

/** What a spec gives for one row of x and w. */
function rowTrial(equation: string, x: readonly number[], w: readonly number[]): Trial {
  const text = `norm Row { axes N, D param eps = 0.25 input x[N, D], w[N, D] ${equation} + 0 * eps output y }`;
  return {
    graph: checkText({ path: "row.norm", text })[0].graphs[0],
    dims: { x: [1, x.length], w: [1, w.length] },
    feeds: { x: Float32Array.from(x), w: Float32Array.from(w) },
  };
}

describe("what the weights may be", () => {
  const cases = [
    ["zero everywhere", standardized, [1, 2, 3, 4], [0, 0, 0, 0]],
    ["zero everywhere, guarded", guarded, [1e6, 2e6, 3, 4], [0, 0, 0, 0]],
    ["only one", guarded, [1e6, 2e6, 3, 1e6 + 1], [0, 0, 0, 1]],
    ["counts", standardized, [1e6, 1e6 + 1, 1e6 - 2, 7], [3, 1, 2, 0]],
    ["negative", standardized, [1e6, 1e6 + 1, 1e6 - 2, 1e6 + 3], [-3, -1, -2, -0.5]],
    ["of both signs", "y = var(x over D; weight = w) + 0 * x", [10, 11, 8, 7], [3, -1, 0.5, -0.25]],
    [
      "of both signs, with nothing to divide by",
      "y = x - sum(w * x over D) / 2",
      [1, 2, 3, 4],
      [1, -1, 2, -2],
    ],
    [
      "of both signs, and below zero",
      "y = var(x over D; weight = w) + 0 * x",
      [9, 12, 9, 10],
      [-1, 0.2, -2, 4],
    ],
    ["equal values", "y = var(x over D; weight = w) + 0 * x", [1e6, 1e6, 1e6, 7], [0.3, 0.7, 0.1, 0]],
    ["no elements", standardized, [], []],
  ] as const;
  it.each(cases)("%s", async (_, equation, x, w) => {
    const trial = rowTrial(equation, x, w);
    for (const { device } of devices) {
      const worst = await worstDifference(device, trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  });

  it("gives what the formula gives, in the oracle too", () => {
    const [mean] = oracle(rowTrial("y = x - mean(x over D; weight = w)", [1, 2, 6], [1, 1, 0.5])).values();
    expect([...mean!]).toEqual([1 - 2.4, 2 - 2.4, 6 - 2.4].map((value) => expect.closeTo(value, 12)));
    const [variance] = oracle(
      rowTrial("y = x * 0 + var(x over D; weight = w)", [1, 2, 6], [1, 1, 2]),
    ).values();
    expect([...variance!]).toEqual([5.1875, 5.1875, 5.1875]);
  });
});

describe("gradients agree with central differences", () => {
  it.each(weightedSpecs.filter((one) => !("m" in one.dims)))("$name", (spec) => {
    const worst = worstAgainstDifferences(weightedTrial(spec, 0));
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-7);
  });
});
