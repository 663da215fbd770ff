/** Every norm of the library, in every mode, on every adapter of the machine, over awkward shapes, against the oracle. */
import { afterAll, describe, expect, it } from "vitest";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { libraryNorms } from "../support/library.ts";
import { awkwardShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = libraryNorms()
  .flatMap((norm) => norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })))
  .map((one, turn) => ({ ...one, turn }));

describe.each(devices)("the library on $name", (adapter) => {
  describe.each(cases)("$norm $mode", ({ graph, turn }) => {
    it.each(inTurn(awkwardShapes, adapter, devices, turn))("$name", async ({ extents, params }) => {
      const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
      const worst = await worstDifference(adapter.device, trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });
  });
});
