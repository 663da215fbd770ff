/** The runtime for processors: every norm of the library with several threads, against the oracle and bit by bit. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { runOnProcessor } from "../support/wasm-norm.ts";

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

describe.each(cases)("$norm $mode", ({ graph }) => {
  it.each(awkwardShapes)("$name", async ({ extents, params }) => {
    const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
    const results = await runOnProcessor(trial, { threads: 1 });
    const worst = worstOf(results as never, trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    expect(await runOnProcessor(trial, { threads: 2 })).toEqual(results);
    expect(await runOnProcessor(trial, { threads: 7 })).toEqual(results);
  });

  it.each(gradientShapes)("gradients: $name", async ({ extents, params, least }) => {
    const backward = backwardTrial(randomTrial(graph, extents, ownParams(graph, params), 7));
    const results = await runOnProcessor(backward, { threads: 1 });
    const worst = worstGradient(backward, results as never, least);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    expect(await runOnProcessor(backward, { threads: 7 })).toEqual(results);
  });
});
