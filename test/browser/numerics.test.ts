/** The numerics contract far from zero in the browser: |mean| / std up to 1e6, within 1e-5 of float64 on the same inputs. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { farLayers, farTrial } from "../support/far.ts";
import { openRunner, resultsOn } from "./browser.ts";

const runner = await openRunner();
afterAll(() => runner?.close());
afterEach(() => expect(runner?.complaints() ?? []).toEqual([]));

describe.skipIf(runner === undefined).each(["webgl2", "webgpu"] as const)("far from zero on %s", (target) => {
  it.each(farLayers.flatMap((layer) => [-1e4, 1e6].map((ratio) => ({ ...layer, ratio }))))(
    "$norm $dims at mean/std $ratio",
    async ({ ratio, ...layer }) => {
      const trial = farTrial(layer, ratio);
      const worst = worstOf((await resultsOn(runner!, target, trial)).results, trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    },
  );
});
