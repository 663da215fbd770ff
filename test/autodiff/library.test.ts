/** The backward graph of every norm of the library, in every mode, against central differences of its forward graph. */
import { describe, expect, it } from "vitest";
import { worstAgainstDifferences } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";

interface Shape {
  readonly name: string;
  readonly extents: Extents;
  readonly params: Readonly<Record<string, number>>;
}

const shapes: readonly Shape[] = [
  {
    name: "no spatial axes",
    extents: { N: [6], C: [4], S: [], D: [5], T: [], O: [3], F: [] },
    params: { G: 2, B: 3 },
  },
  {
    name: "odd and prime",
    extents: { N: [3], C: [6], S: [3, 5], D: [11], T: [7], O: [5], F: [3, 7] },
    params: { G: 3, B: 3 },
  },
  {
    name: "a large eps",
    extents: { N: [4], C: [6], S: [7], D: [13], T: [3], O: [4], F: [9] },
    params: { G: 2, B: 2, eps: 0.3 },
  },
  {
    name: "groups of one channel",
    extents: { N: [2], C: [4], S: [2, 3], D: [2], T: [2], O: [2], F: [2] },
    params: { G: 4, B: 1 },
  },
];

/**
 * The gradients of these are not derivatives: `stated.test.ts` and `spectral-norm.test.ts` say what they are. `high` has
 * steps, which the other part of the mean has too, the other way round: `partial-statistics.test.ts`.
 */
const stated = [
  "BatchRenorm train",
  "PowerNorm train",
  "SpectralNorm train",
  "PartialStatistics null",
  "SyncStatistics null",
  "SyncSlopes null",
];

const cases = libraryNorms()
  .flatMap((norm) => norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })))
  .filter(({ norm, mode }) => !stated.includes(`${norm} ${mode}`));

describe.each(cases)("gradients of $norm $mode", ({ graph }) => {
  it.each(shapes)("$name", ({ extents, params }) => {
    const own = Object.fromEntries(
      Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name)),
    );
    const worst = worstAgainstDifferences(randomTrial(graph, extents, own, 11));
    expect(worst.kinks).toBe(0);
    // The differences are good to 1e-11 or so, over a largest gradient of 1e-3 at least.
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-7);
  });
});
