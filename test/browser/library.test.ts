/** Every norm of the library, in every mode, forward and backward, in headless Chromium, against the oracle. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial, type Shape } from "../support/shapes.ts";
import { openRunner, resultsOn, type Target } from "./browser.ts";

/** The numerics contract: within 1e-5 of float64, relative to a unit-variance output or to the largest gradient. */
const tolerance = 1e-5;

const runner = await openRunner();
afterAll(() => runner?.close());
afterEach(() => expect(runner?.complaints() ?? []).toEqual([]));

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

/**
 * A few shapes: on WebGL2 a norm is compiled anew for each, 0.1 s by software, and Node runs them all. Rows whole and in
 * parts, nothing to do, and on WebGPU fours as well.
 */
const shapes: Readonly<
  Record<Exclude<Target, "wasm">, { forward: readonly string[]; backward: readonly string[] }>
> = {
  webgl2: {
    forward: ["odd and prime", "one long row", "nothing at all", "empty rows"],
    backward: ["odd and prime", "a long row"],
  },
  webgpu: {
    forward: ["multiples of four", "nothing at all"],
    backward: ["odd and prime"],
  },
};

function named<One extends Shape>(all: readonly One[], names: readonly string[]): One[] {
  return names.map((name) => all.find((one) => one.name === name)!);
}

describe.skipIf(runner === undefined).each(["webgl2", "webgpu"] as const)("the library on %s", (target) => {
  it("is there", () => expect(runner!.machine[target]).toMatch(/swiftshader/i));

  describe.each(cases)("$norm $mode", ({ graph }) => {
    it.each(named(awkwardShapes, shapes[target].forward))("$name", async (shape) => {
      const trial = randomTrial(graph, shape.extents, ownParams(graph, shape.params), 7);
      const { results } = await resultsOn(runner!, target, trial);
      const worst = worstOf(results, trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });

    it.each(named(gradientShapes, shapes[target].backward))("gradients, $name", async (shape) => {
      const backward = backwardTrial(randomTrial(graph, shape.extents, ownParams(graph, shape.params), 7));
      const { results } = await resultsOn(runner!, target, backward);
      const worst = worstGradient(backward, results, shape.least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });
  });
});
