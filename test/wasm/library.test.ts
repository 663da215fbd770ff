/** Every norm of the library, in every mode, as WebAssembly, over awkward shapes, against the oracle. */
import { describe, expect, it } from "vitest";
import { type Trial, worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { runWasm, type WasmRun } from "../support/wasm.ts";

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

/** Whole rows; and rows in three parts, one task after the other, with fused products. An empty row has no parts. */
function runsOf({ dims }: Trial): readonly WasmRun[] {
  const isEmpty = Object.values(dims).some((one) => one.includes(0));
  const inParts: WasmRun = {
    schedule: (all) => all.find((one) => one.kind === "parts") ?? all[0]!,
    tasks: 1,
    fused: true,
  };
  return isEmpty ? [{}] : [{}, inParts];
}

describe.each(cases)("$norm $mode", ({ graph }) => {
  it.each(awkwardShapes)("$name", async ({ extents, params }) => {
    const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
    for (const run of runsOf(trial)) {
      const worst = worstOf(await runWasm(trial, run), trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    }
  });

  it.each(gradientShapes)("gradients: $name", async ({ extents, params, least }) => {
    const backward = backwardTrial(randomTrial(graph, extents, ownParams(graph, params), 7));
    for (const run of runsOf(backward)) {
      const worst = worstGradient(backward, await runWasm(backward, run), least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    }
  });
});
