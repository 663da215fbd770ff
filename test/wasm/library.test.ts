/** Every norm of the library, in every mode, as WebAssembly, over awkward shapes, against the oracle. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { runWasm } from "../support/wasm.ts";

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

describe.each(cases)("$norm $mode", ({ graph }) => {
  it.each(awkwardShapes)("$name", async ({ extents, params }) => {
    const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
    const worst = worstOf(await runWasm(trial), trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
  });

  it.each(gradientShapes)("gradients: $name", async ({ extents, params, least }) => {
    const backward = backwardTrial(randomTrial(graph, extents, ownParams(graph, params), 7));
    const worst = worstGradient(backward, await runWasm(backward), least);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
  });
});
