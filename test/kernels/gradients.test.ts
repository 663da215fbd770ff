/** The gradients of the whole library on every adapter of the machine against the oracle's backward graph. */
import { afterAll, describe, expect, it } from "vitest";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { farBackwards, farCotangents } from "../support/far-cotangents.ts";
import { backwardTrial, gradientsOnDevice, worstGradient, worstOnDevice } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { gradientShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";

/** The contract (design, "The numerics contract"): relative to the largest gradient of the tensor. */
const tolerance = 1e-5;

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** It is a backward pass itself: nobody trains with its gradient, whose 10 kernels cost as much here as eight norms. */
const secondOrder = "SyncBatchNormGradient";

const cases = libraryNorms()
  .filter(({ name }) => name !== secondOrder)
  .flatMap((norm) => norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })))
  .map((one, turn) => ({ ...one, turn }));

describe.each(devices)("gradients of the library on $name", (adapter) => {
  const { device } = adapter;
  describe.each(cases)("$norm $mode", ({ graph, turn }) => {
    it.each(inTurn(gradientShapes, adapter, devices, turn))("$name", async ({ extents, params, least }) => {
      const trial = randomTrial(graph, extents, ownParams(graph, params), 7);
      const worst = await worstOnDevice(device, backwardTrial(trial), least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });

    // What the statistics are of, far from zero, and running means with it; what scales and shifts stays where it was.
    it.each(inTurn([-1e4], adapter, devices, turn))("at mean/std %d", async (ratio) => {
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

describe.each(devices)("cotangents far from zero on $name", (adapter) => {
  const { device } = adapter;
  it.each(inTurn(farCotangents, adapter, devices))("$norm $params with gammas $gammas", async (one) => {
    for (const { at, backward, reference } of farBackwards(one)) {
      const worst = worstGradient(reference, await gradientsOnDevice(device, backward));
      expect(worst.error, JSON.stringify({ at, ...worst })).toBeLessThanOrEqual(tolerance);
    }
  });

  // What rounding leaves of the mean of xhat (1e-8) would be multiplied by a sample of d_y, 262,144 times: 1e-5 on lavapipe
  // when sums of cotangents were shifted without a correction, 4e-7 with it.
  it("a row of 262,144", async () => {
    const graph = graphOf("InstanceNorm");
    const backward = backwardTrial(randomTrial(graph, { N: [1], C: [4], S: [512, 512] }, {}, 3));
    const worst = await worstOnDevice(device, backward);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(2e-6);
  });
});
