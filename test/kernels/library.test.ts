/** Every norm of the library, in every mode, on every adapter of the machine, over awkward shapes, against the oracle. */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/tensor/graph.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { libraryNorms } from "../support/library.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";

interface Shape {
  readonly name: string;
  readonly extents: Extents;
  readonly params: Readonly<Record<string, number>>;
}

/** Extents 1, 0, odd, prime, one short of and one beyond a power of two; groups and virtual batches that divide. */
const shapes: readonly Shape[] = [
  {
    name: "all ones",
    extents: { N: [1], C: [1], S: [1], D: [1], T: [1], O: [1], F: [1] },
    params: { G: 1, B: 1 },
  },
  {
    name: "no spatial axes",
    extents: { N: [6], C: [4], S: [], D: [5], T: [], O: [3], F: [] },
    params: { G: 2, B: 3 },
  },
  {
    name: "odd and prime",
    extents: { N: [3], C: [15], S: [7, 11], D: [67], T: [13], O: [5], F: [3, 3, 7] },
    params: { G: 3, B: 3 },
  },
  {
    name: "around powers of two",
    extents: { N: [4], C: [64], S: [17, 15], D: [257], T: [33], O: [65], F: [63] },
    params: { G: 32, B: 2 },
  },
  {
    name: "multiples of four",
    extents: { N: [4], C: [8], S: [6, 8], D: [96], T: [12], O: [8], F: [4, 3, 4] },
    params: { G: 2, B: 2 },
  },
  {
    name: "one long row",
    extents: { N: [1], C: [2], S: [20011], D: [30011], T: [1], O: [1], F: [30011] },
    params: { G: 1, B: 1 },
  },
  {
    name: "many short rows",
    extents: { N: [900], C: [8], S: [3], D: [3], T: [3001], O: [2000], F: [5] },
    params: { G: 4, B: 9 },
  },
  {
    name: "nothing at all",
    extents: { N: [0], C: [4], S: [3], D: [3], T: [0], O: [0], F: [5] },
    params: { G: 2, B: 1 },
  },
  {
    name: "empty rows",
    extents: { N: [2], C: [4], S: [0], D: [0], T: [2], O: [2], F: [0] },
    params: { G: 2, B: 1 },
  },
];

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

const states = (graph: Graph): string[] =>
  graph.tensors.filter((one) => one.role === "state").map((one) => one.name);

describe.each(devices)("the library on $name", ({ device }) => {
  describe.each(cases)("$norm $mode", ({ graph }) => {
    it.each(shapes)("$name", async ({ extents, params }) => {
      const own = Object.fromEntries(
        Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name)),
      );
      // The new running statistics of an empty batch are NaN (0 / 0), but Mesa folds the NaN · 0 on the way to 0.
      const empty = Object.values(extents).some((list) => list.includes(0));
      const results = empty
        ? graph.results.filter((one) => !states(graph).includes(one.tensor))
        : graph.results;
      const worst = await worstDifference(device, randomTrial({ ...graph, results }, extents, own, 7));
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });
  });
});
