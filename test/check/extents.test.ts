/** Where extents come from besides inputs and params: fixed parts of an axis, and affines. */
import { afterAll, describe, expect, it } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { createNorm, resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { runOnGpuJs } from "../support/gather.ts";
import { checkAll, codesOf, graphIn } from "./files.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const pairs = `norm Pairs { axes N, C = P * K, P = 2 input x[N, C] affine g[P] = 1 y = x - mean(x over P) * g output y }`;
const mix = `norm Mix { axes N, C, M input x[N, C] affine w[M, C] = 1 y = x * sum(w over M) + size(M) output y }`;

const covariance = `norm Cov { axes N, C, D = C input x[N, C] c = x - mean(x over N)
  other = sum(where(index(C) == index(D), c, 0) over C) pairs = mean(c * other over N) output pairs[C, D] }`;

interface Case {
  readonly text: string;
  readonly dims: Trial["dims"];
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly want: Readonly<Record<string, readonly number[]>>;
  readonly grad?: true;
}

const x = [1, 2, 3, 4, 5, 6];
const w = [1, 2, 3, 4, 5, 6];
const cases: Readonly<Record<string, Case>> = {
  "a fixed part": {
    text: pairs,
    dims: { x: [1, 6] },
    feeds: { x },
    want: { y: [-1.5, -1.5, -1.5, 1.5, 1.5, 1.5] },
  },
  "a fixed part of a called norm": {
    text: `${pairs} norm Outer { axes N, C input x[N, C] y = Pairs(x) + 1 output y }`,
    dims: { x: [1, 6] },
    feeds: { x },
    want: { y: [-0.5, -0.5, -0.5, 2.5, 2.5, 2.5] },
  },
  "all parts fixed": {
    text: "norm A { axes C = P * K, P = 2, K = 3 input x[C] y = x - mean(x over K) output y }",
    dims: { x: [6] },
    feeds: { x },
    want: { y: [-1, 0, 1, -1, 0, 1] },
  },
  "another axis": {
    text: "norm A { axes N, C, D = C input x[N, C], w[C, D] y = sum(x * w over C) output y[N, D] }",
    dims: { x: [2, 2], w: [2, 2] },
    feeds: { x: [1, 2, 3, 4], w: [1, 2, 3, 4] },
    want: { y: [7, 10, 15, 22] },
  },
  "another axis that no tensor has": {
    text: covariance,
    dims: { x: [2, 2] },
    feeds: { x: [3, 4, 1, 8] },
    want: { pairs: [1, -2, -2, 4] },
  },
  "another axis that only a cotangent has": {
    text: covariance,
    dims: { x: [2, 2], d_pairs: [2, 2] },
    feeds: { x: [3, 4, 1, 8], d_pairs: [1, 0, 0, 0] },
    // Of the variance of the first channel: 2 (x - mean) / N.
    want: { d_x: [1, 0, -1, 0] },
    grad: true,
  },
  "an affine": { text: mix, dims: { x: [1, 2], w: [3, 2] }, feeds: { x: [3, 4], w }, want: { y: [30, 51] } },
  "an omitted affine whose dims are given": {
    text: mix,
    dims: { x: [1, 2], w: [3, 2] },
    feeds: { x: [3, 4] },
    want: { y: [12, 15] },
  },
  "an affine, for gradients": {
    text: mix,
    dims: { w: [3, 2], d_y: [1, 2], x: [1, 2] },
    feeds: { x: [3, 4], w, d_y: [1, 10] },
    want: { d_x: [9, 120], d_w: [3, 40, 3, 40, 3, 40] },
    grad: true,
  },
  "an affine of a called norm": {
    text: `${mix} norm Outer { axes N, C, D input x[N, C] affine v[D, C] = 1 y = Mix(x; w = v) output y }`,
    dims: { x: [1, 2], v: [3, 2] },
    feeds: { x: [3, 4], v: w },
    want: { y: [30, 51] },
  },
};

describe.each(Object.entries(cases))("the extent is that of %s", (_, { text, dims, feeds, want, grad }) => {
  const forward = graphIn(text);
  const trial = {
    graph: grad ? differentiate(forward) : forward,
    dims,
    feeds: Object.fromEntries(
      Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)]),
    ),
  };
  const rounded = (got: Iterable<readonly [string, ArrayLike<number>]>): object =>
    Object.fromEntries(
      [...got].map(([name, values]) => [name, Array.from(values, (v) => Math.round(v * 1e4) / 1e4)]),
    );

  it("on the oracle", () => expect(rounded(oracle(trial))).toEqual(want));

  it.each(devices)("on $name", async ({ device }) => {
    const norm = await createNorm(device, programOf(trial.graph), { dims });
    const got = await norm.run(trial.feeds);
    norm.destroy();
    expect(rounded(Object.entries(got))).toEqual(want);
  });

  it("through gpu.js", async () => {
    expect(rounded(Object.entries(await runOnGpuJs(trial, "cpu")))).toEqual(want);
  });
});

it("an axis with the extent of another one has no other extent", () => {
  const program = programOf(
    graphIn("norm A { axes C, D = C input x[C], w[D] y = sum(x over C) * w output y }"),
  );
  expect(resolveShapes(program, { x: [2], w: [2] }).factors.get("D")).toBe(2);
  expect(() => resolveShapes(program, { x: [2], w: [3] })).toThrow(
    "axis D: expected 3 (from w), given 2 (by axis C)",
  );
});

it("without the affine the message names it", () => {
  expect(() => resolveShapes(programOf(graphIn(mix)), { x: [1, 2] })).toThrow(
    "the extent of axis M is not known: give the dims of w[M, C]",
  );
});

it("a called norm needs the affine, or another one with all its axes", () => {
  const found = (call: string): string[] =>
    codesOf(checkAll(`${mix} norm Outer { axes N, C input x[N, C] y = ${call} output y }`).found);
  expect(found("Mix(x)")).toEqual(["N307"]);
  expect(found("Mix(x; w = x)")).toEqual([]);
  expect(found("Mix(x; w = 2)")).toEqual(["N307"]);
});
