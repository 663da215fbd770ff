/**
 * Random specs of differences of statistics. Each `location` moves with the data: if a number is added to all inputs, it
 * grows by that number. So the difference of two of them does not depend on how far from zero the data lies, and must be
 * as exact at 1e6 as at 0.
 */
import fc from "fast-check";
import type { RandomSpec } from "./specs.ts";

const axes = ["N", "C", "S"] as const;
const extents: Readonly<Record<string, fc.Arbitrary<number>>> = {
  N: fc.constantFrom(1, 2, 4),
  C: fc.constantFrom(1, 3, 6),
  S: fc.constantFrom(1, 5, 17),
};

/** A value and its axes. */
interface Location {
  readonly text: string;
  readonly axes: readonly string[];
}

const union = (...all: readonly Location[]): readonly string[] =>
  axes.filter((axis) => all.some((one) => one.axes.includes(axis)));

const inputs: readonly Location[] = [
  { text: "x", axes },
  { text: "x", axes },
  { text: "w", axes: ["N", "C"] },
  { text: "center", axes: ["C"] },
];

/** Weights between 0 and 1. */
const weight = fc.constantFrom(
  "0.25",
  "0.3",
  "mix",
  "gate",
  "sigmoid(gamma)",
  "where(gamma < 0.2, 0.1, 0.6)",
);

function reducedOver(of: fc.Arbitrary<Location>, ops: readonly string[]): fc.Arbitrary<Location> {
  return of.chain((one) => {
    if (one.axes.length === 0) return fc.constant(one);
    return fc
      .tuple(fc.constantFrom(...ops), fc.shuffledSubarray([...one.axes], { minLength: 1 }))
      .map(([op, over]) => ({
        text: `${op}(${one.text} over ${over.join(", ")})`,
        axes: one.axes.filter((axis) => !over.includes(axis)),
      }));
  });
}

function location(depth: number): fc.Arbitrary<Location> {
  const leaf = fc.constantFrom(...inputs);
  if (depth === 0) return leaf;
  const inner = location(depth - 1);
  const own = (weights: string): readonly string[] => (weights.includes("gamma") ? ["C"] : []);
  const mixed = (text: string, weights: string, all: readonly Location[]): Location => ({
    text,
    axes: axes.filter((axis) => union(...all).includes(axis) || own(weights).includes(axis)),
  });
  return fc.oneof(
    leaf,
    { weight: 3, arbitrary: reducedOver(inner, ["mean"]) },
    reducedOver(leaf, ["max", "min"]),
    fc.tuple(inner, inner, weight).map(([a, b, t]) => mixed(`lerp(${a.text}, ${b.text}, ${t})`, t, [a, b])),
    fc
      .tuple(inner, inner, weight)
      .map(([a, b, t]) => mixed(`(${t} * ${a.text} + (1 - ${t}) * ${b.text})`, t, [a, b])),
    fc
      .tuple(inner, inner, inner)
      .map(([a, b, c]) => mixed(`(${a.text} - ${b.text} + ${c.text})`, "", [a, b, c])),
    fc.tuple(inner, inner).map(([a, b]) => mixed(`(${a.text} + ${b.text}) / 2`, "", [a, b])),
  );
}

/** A value that does not depend on where the data lies. */
function difference(depth: number): fc.Arbitrary<Location> {
  const inner = location(depth);
  return fc.oneof(
    fc.tuple(inner, inner).map(([a, b]) => ({ text: `${a.text} - ${b.text}`, axes: union(a, b) })),
    reducedOver(inner, ["var"]),
    inner.chain((one) =>
      one.axes.length === 0
        ? fc.constant({ text: `x - ${one.text}`, axes })
        : fc.shuffledSubarray([...one.axes], { minLength: 1 }).map((over) => ({
            text: `standardize(${one.text} over ${over.join(", ")}; 0.01)`,
            axes: one.axes,
          })),
    ),
  );
}

export const farSpec: fc.Arbitrary<RandomSpec> = fc
  .record({ made: difference(3), n: extents.N, c: extents.C, s: extents.S })
  .map(({ made, n, c, s }) => ({
    text: `norm Far {
  axes N, C, S
  param mix = 0.4
  input x[N, C, S], w[N, C], gate
  affine gamma[C] = 0
  state center[C] = 0
  y = ${made.text}
  output y
}
`,
    integers: [],
    dims: { x: [n, c, s], w: [n, c], gate: [], gamma: [c], center: [c] },
  }));
