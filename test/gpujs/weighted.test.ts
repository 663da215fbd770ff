/** Statistics with weights and masks on gpu.js, however they are written, whole rows and rows in parts. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { weightedSpecs, weightedTrial } from "../support/weighted.ts";

describe.each(nodeBackends)("weighted statistics on gpu.js %s", (backend) => {
  it.each(weightedSpecs)("$name", async (spec) => {
    for (const ratio of [1e2, -1e6]) {
      const trial = weightedTrial(spec, ratio);
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, `${ratio} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(weightedSpecs)("the gradients of $name", async (spec) => {
    const backward = backwardTrial(weightedTrial(spec, 1e6));
    const worst = worstGradient(backward, await runOnGpuJs(backward, backend));
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  it("merges the parts of long rows", async () => {
    const long = { x: [1, 70000], m: [1, 70000] };
    for (const name of ["the setting", "where, guarded"]) {
      const spec = weightedSpecs.find((one) => one.name === name)!;
      const trial = weightedTrial(spec, 1e6, long);
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  });
});
