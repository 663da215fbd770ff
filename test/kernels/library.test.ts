/** Every norm of the library, in every mode, on every adapter of the machine, over awkward shapes, against the oracle. */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, ownParams, randomTrial } from "../support/shapes.ts";

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
    it.each(awkwardShapes)("$name", async ({ extents, params }) => {
      // The new running statistics of an empty batch are NaN (0 / 0), but Mesa folds the NaN · 0 on the way to 0.
      const empty = Object.values(extents).some((list) => list.includes(0));
      const results = empty
        ? graph.results.filter((one) => !states(graph).includes(one.tensor))
        : graph.results;
      const worst = await worstDifference(
        device,
        randomTrial({ ...graph, results }, extents, ownParams(graph, params), 7),
      );
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });
  });
});
