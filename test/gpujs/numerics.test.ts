/** The numerics contract far from zero on gpu.js: |mean| / std up to 1e6, within 1e-5 of float64 on the same inputs. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { farLayers, farTrial } from "../support/far.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";

describe.each(nodeBackends)("far from zero on gpu.js %s", (backend) => {
  it.each(farLayers.flatMap((layer) => [1e3, -1e4, 1e6].map((ratio) => ({ ...layer, ratio }))))(
    "$norm $dims at mean/std $ratio",
    async ({ ratio, ...layer }) => {
      const trial = farTrial(layer, ratio);
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    },
  );
});
