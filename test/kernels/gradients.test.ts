/** The gradients of the whole library on every adapter of the machine against the oracle's backward graph. */
import { afterAll, describe, expect, it } from "vitest";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, numbersOnly, worstOnDevice } from "../support/gradients.ts";
import { libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";

/** The contract (design, "The numerics contract"): relative to the largest gradient of the tensor. */
const tolerance = 1e-5;

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

describe.each(devices)("gradients of the library on $name", ({ name, device }) => {
  describe.each(cases)("$norm $mode", ({ graph }) => {
    // SwiftShader takes a second to compile each norm for a shape: one shape there, and the one far from zero.
    const chosen =
      name === "swiftshader"
        ? gradientShapes.filter((one) => one.name === "multiples of four")
        : gradientShapes;
    it.each(chosen)("$name", async ({ extents, params, least }) => {
      const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
      const backward = backwardTrial(trial);
      const empty = Object.values(extents).some((list) => list.includes(0));
      const worst = await worstOnDevice(device, empty ? numbersOnly(backward) : backward, least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });

    // What the statistics are of, far from zero, and running means with it; what scales and shifts stays where it was.
    it.each([-1e4])("at mean/std %d", async (ratio) => {
      const extents = { N: [4], C: [6], S: [8, 12], D: [384], T: [6], O: [5], F: [16, 12] };
      const trial = randomTrial(graph, extents, ownParams(graph, { G: 3, B: 2 }), 13);
      const [first] = graph.tensors;
      const far = graph.tensors.filter((one) => one === first || (one.role === "state" && one.initial === 0));
      const moved = far.map((one) => [one.name, normals(3, trial.feeds[one.name].length, ratio)]);
      const feeds = { ...trial.feeds, ...Object.fromEntries(moved) };
      const worst = await worstOnDevice(device, backwardTrial({ ...trial, feeds }));
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });
  });
});
