/** Backward passes whose cotangent lies far from zero. */
import type { Trial } from "./compare.ts";
import { backwardTrial } from "./gradients.ts";
import { graphOf } from "./library.ts";
import { normals } from "./random.ts";
import { randomTrial } from "./shapes.ts";

// What a row loses of a far cotangent is its mean, and with gamma 1 little is left. Gammas that differ by 1e-4 are those of
// the first steps of training. Measured 1e-6 at any distance.
const norms = [
  { norm: "LayerNorm", mode: null, params: {} },
  { norm: "InstanceNorm", mode: null, params: {} },
  { norm: "BatchNorm", mode: "train", params: {} },
  { norm: "WeightStandardization", mode: null, params: {} },
  { norm: "GroupNorm", mode: null, params: { G: 3 } },
  // A group of one channel is what instance norm has: the sums of the affines are the differences of large ones.
  { norm: "GroupNorm", mode: null, params: { G: 12 } },
  { norm: "BatchChannelNorm", mode: "train", params: { G: 3 } },
  // d_x has 1e-5: it is the difference of 1 / std of rows, which f32 rounds.
  { norm: "SwitchableNorm", mode: null, params: {} },
] as const;

const gammas = [
  { gammas: "1", of: (values: Float32Array) => values.map(() => 1) },
  { gammas: "near 1", of: ({ length }: Float32Array) => normals(9, length, 1, 1e-4) },
  { gammas: "random", of: (values: Float32Array) => values },
] as const;

export const farCotangents = norms.flatMap((one) => gammas.map((other) => ({ ...one, ...other })));

type FarCotangent = (typeof farCotangents)[number];

export interface FarBackward {
  /** Where d_y and x lie. */
  readonly at: string;
  readonly backward: Trial;
  /** What the oracle gets: x without its mean, on which no gradient depends. 1e6 times 1e6 is too much for float64. */
  readonly reference: Trial;
}

/** d_y at mean / std 1e4 and 1e6, and x at 1e6 too. */
export function farBackwards({ norm, mode, params, of }: FarCotangent): FarBackward[] {
  const graph = graphOf(norm, mode);
  const extents = { N: [4], C: [12], S: [16, 16], D: [768], O: [8], F: [64, 9] };
  const { feeds, ...trial } = randomTrial(graph, extents, params, 3);
  const scaled = Object.entries(feeds).map(
    ([name, values]) => [name, name.startsWith("gamma") ? of(values) : values] as const,
  );
  const backward = backwardTrial({ ...trial, feeds: Object.fromEntries(scaled) });
  const [first] = graph.tensors;
  return [
    [1e4, 0],
    [1e6, 0],
    [1e6, 1e6],
  ].map(([ofCotangent, ofX]) => {
    const x = backward.feeds[first.name].map((value) => value + ofX);
    const d_y = backward.feeds.d_y.map((value) => value + ofCotangent);
    const withX = (values: Float32Array): Trial => ({
      ...backward,
      feeds: { ...backward.feeds, d_y, [first.name]: values },
    });
    return {
      at: `d_y at ${ofCotangent}, x at ${ofX}`,
      backward: withX(x),
      reference: withX(x.map((value) => value - ofX)),
    };
  });
}
