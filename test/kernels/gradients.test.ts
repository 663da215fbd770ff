/** The gradients of the whole library on every adapter of the machine against the oracle's backward graph. */
import { afterAll, describe, expect, it } from "vitest";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
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
      const worst = await worstOnDevice(device, backwardTrial(trial), least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });

    // What the statistics are of, far from zero, and running means with it; what scales and shifts stays where it was.
    // d of batch renormalization is the mean minus a state, both far from zero.
    const ratios = graph.norm === "BatchRenorm" ? [] : [-1e4];
    it.each(ratios)("at mean/std %d", async (ratio) => {
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

// A cotangent with gamma 1: what a row loses of it is its mean, and little is left. Measured 5e-7 at any distance.
const farCotangents = [
  { norm: "LayerNorm", mode: null, ratio: 1e4 },
  { norm: "InstanceNorm", mode: null, ratio: 1e4 },
  { norm: "BatchNorm", mode: "train", ratio: 1e4 },
  { norm: "WeightStandardization", mode: null, ratio: 1e4 },
  // Its sums are those of the affines too, and not shifted (`tensor/centre.ts`): 1.2e-7 of mean/std were measured.
  { norm: "GroupNorm", mode: null, ratio: 30 },
] as const;

describe.each(devices)("cotangents far from zero on $name", ({ device }) => {
  it.each(farCotangents)("$norm at mean/std $ratio", async ({ norm, mode, ratio }) => {
    const graph = graphOf(norm, mode);
    const extents = { N: [8], C: [12], S: [16, 16], D: [768], O: [8], F: [64, 9] };
    const { feeds, ...trial } = randomTrial(graph, extents, norm === "GroupNorm" ? { G: 3 } : {}, 3);
    const ones = Object.entries(feeds).map(
      ([name, values]) => [name, name === "gamma" ? values.map(() => 1) : values] as const,
    );
    const backward = backwardTrial({ ...trial, feeds: Object.fromEntries(ones) });
    const d_y = backward.feeds.d_y.map((value) => value + ratio);
    const worst = await worstOnDevice(device, { ...backward, feeds: { ...backward.feeds, d_y } });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
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
