/** Every norm of the library, in every mode, forward and backward, on gpu.js in Node, against the oracle. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";

/** The numerics contract: within 1e-5 of float64, relative to a unit-variance output or to the largest gradient. */
const tolerance = 1e-5;

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

describe.each(cases)("$norm $mode on gpu.js", ({ graph }) => {
  it.each(awkwardShapes)("$name", async ({ extents, params }) => {
    const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
    for (const backend of nodeBackends) {
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, `${backend} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(tolerance);
    }
  });

  it.each(gradientShapes)("gradients, $name", async ({ extents, params, least }) => {
    const backward = backwardTrial(randomTrial(graph, extents, ownParams(graph, params), 7));
    for (const backend of nodeBackends) {
      const worst = worstGradient(backward, await runOnGpuJs(backward, backend), least);
      expect(worst.error, `${backend} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(tolerance);
    }
  });
});
