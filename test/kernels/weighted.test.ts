/** The numerics contract for statistics with weights and masks, however they are written. */
import { afterAll, describe, expect, it } from "vitest";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { laneARow } from "../support/variants.ts";
import { weightedSpecs, weightedTrial } from "../support/weighted.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const ratios = [0, 1e2, 1e4, -1e6];
const inParts = { ...laneARow, rows: 1, parts: 4 };

describe.each(devices)("weighted statistics on $name", ({ device }) => {
  it.each(weightedSpecs)("$name", async (spec) => {
    for (const ratio of ratios) {
      const trial = weightedTrial(spec, ratio);
      const worst = await worstDifference(device, trial);
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(weightedSpecs)("$name, in parts", async (spec) => {
    for (const ratio of ratios) {
      const trial = weightedTrial(spec, ratio);
      const worst = await worstDifference(device, trial, ({ split }) => (split ? inParts : laneARow));
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(weightedSpecs)("the gradients of $name", async (spec) => {
    for (const ratio of ratios) {
      const worst = await worstOnDevice(device, backwardTrial(weightedTrial(spec, ratio)));
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });
});
