/** The gradients of the whole library on every adapter of the machine against the oracle's backward graph. */
import { afterAll, describe, expect, it } from "vitest";
import { oracle, type Trial } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";

interface Shape {
  readonly name: string;
  readonly extents: Extents;
  readonly params: Readonly<Record<string, number>>;
  readonly least?: number;
}

const shapes: readonly Shape[] = [
  {
    // The variance of a single value is 0: with the usual eps all rounding would be multiplied by 1 / √eps = 316. What
    // is then 0 is the difference of two terms of size 1.
    name: "all ones",
    extents: { N: [1], C: [1], S: [1], D: [1], T: [1], O: [1], F: [1] },
    params: { G: 1, B: 1, eps: 1 },
    least: 1,
  },
  {
    name: "odd and prime",
    extents: { N: [3], C: [15], S: [7, 11], D: [67], T: [13], O: [5], F: [3, 3, 7] },
    params: { G: 3, B: 3 },
  },
  {
    name: "multiples of four",
    extents: { N: [4], C: [8], S: [6, 8], D: [96], T: [12], O: [8], F: [4, 3, 4] },
    params: { G: 2, B: 2 },
  },
  {
    name: "a long row",
    extents: { N: [2], C: [2], S: [2003], D: [4001], T: [2], O: [2], F: [4001] },
    params: { G: 1, B: 1 },
  },
  {
    name: "nothing at all",
    extents: { N: [0], C: [4], S: [3], D: [3], T: [0], O: [0], F: [5] },
    params: { G: 2, B: 1 },
  },
];

/** The contract (design, "The numerics contract"): relative to the largest gradient of the tensor. */
const tolerance = 1e-5;

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

/** The statistics of an empty batch are NaN (0 / 0); on the way to a gradient Mesa folds the NaN · 0 to 0. */
function numbersOnly(trial: Trial): Trial {
  const want = oracle(trial);
  const results = trial.graph.results.filter((one) => !want.get(one.tensor)?.some(Number.isNaN));
  return { ...trial, graph: { ...trial.graph, results } };
}

describe.each(devices)("gradients of the library on $name", ({ name, device }) => {
  describe.each(cases)("$norm $mode", ({ graph }) => {
    const own = (params: Readonly<Record<string, number>>): Record<string, number> =>
      Object.fromEntries(
        Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name)),
      );

    // SwiftShader takes a second to compile each norm for a shape: one shape there, and the one far from zero.
    const chosen = name === "swiftshader" ? shapes.filter((one) => one.name === "multiples of four") : shapes;
    it.each(chosen)("$name", async ({ extents, params, least }) => {
      const trial = randomTrial(graph, extents, own(params), 7);
      const backward = backwardTrial(trial);
      const empty = Object.values(extents).some((list) => list.includes(0));
      const worst = await worstOnDevice(device, empty ? numbersOnly(backward) : backward, least);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
    });

    // What the statistics are of, far from zero, and running means with it; what scales and shifts stays where it was.
    it.each([-1e4])("at mean/std %d", async (ratio) => {
      const extents = { N: [4], C: [6], S: [8, 12], D: [384], T: [6], O: [5], F: [16, 12] };
      const trial = randomTrial(graph, extents, own({ G: 3, B: 2 }), 13);
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
