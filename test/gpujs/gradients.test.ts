/** Gradients on gpu.js where the cotangent lies far from zero, within 1e-5 of the largest one of their tensor. */
import { describe, expect, it } from "vitest";
import { farBackwards, farCotangents } from "../support/far-cotangents.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { worstGradient } from "../support/gradients.ts";

describe.each(nodeBackends)("cotangents far from zero on gpu.js %s", (backend) => {
  it.each(farCotangents)("$norm $params with gammas $gammas", async (one) => {
    for (const { at, backward, reference } of farBackwards(one)) {
      const worst = worstGradient(reference, await runOnGpuJs(backward, backend));
      expect(worst.error, JSON.stringify({ at, ...worst })).toBeLessThanOrEqual(1e-5);
    }
  });
});
