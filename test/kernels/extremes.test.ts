/**
 * Rows whose squares leave f32, and rows with an infinity: the values are those of float64, rounded to f32. Cases of
 * public reports are among them (pytorch #162489 and #32137, tt-metal #55159).
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import {
  type ChooseVariant,
  chooseVariant,
  type Variant,
  whyIllegal,
} from "../../src/runtime/webgpu/index.ts";
import { type Difference, oracle, type Trial, worstDifference, worstOf } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient, worstOnDevice } from "../support/gradients.ts";
import { checkText, graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

interface Layer {
  readonly norm: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly mode?: "train";
}

/** Rows of each kind: two moments, a mean of squares, a sum of squares, over an inner and an outer axis. */
const layers: readonly Layer[] = [
  { norm: "LayerNorm", dims: { x: [5, 96] } },
  { norm: "RMSNorm", dims: { x: [5, 96] } },
  { norm: "L2Norm", dims: { x: [5, 63] } },
  { norm: "GroupNorm", dims: { x: [2, 64, 5, 4] } },
  { norm: "BatchNorm", dims: { x: [3, 8, 6, 4] }, mode: "train" },
  { norm: "FilterResponseNorm", dims: { x: [2, 4, 5, 7] } },
  { norm: "ScaledWeightStandardization", dims: { w: [4, 3, 3, 4] } },
  { norm: "MeanVarianceNorm", dims: { x: [3, 4, 5, 4] } },
  { norm: "WeightNorm", dims: { w: [4, 3, 3, 4] } },
  { norm: "GlobalResponseNorm", dims: { x: [2, 4, 4, 5] } },
  { norm: "LayerNormChannels", dims: { x: [2, 12, 4, 4] } },
];

function trialOf({ norm, dims, mode }: Layer, size: number, eps: number): Trial {
  const graph = outputsOf(graphOf(norm, mode));
  const [[name, own]] = Object.entries(dims) as [[string, readonly number[]]];
  const values = normals(
    7,
    own.reduce((a, b) => a * b, 1),
  ).map((one) => Math.fround(one * size));
  return { graph, dims, params: { eps }, feeds: { [name]: values } };
}

/** The outputs alone: a running variance of 1e40 is infinite in f32. */
function outputsOf(graph: Graph): Graph {
  const isOutput = (name: string): boolean =>
    graph.tensors.some((one) => one.name === name && one.role === "output");
  const results = graph.results.filter((one) => isOutput(one.tensor));
  return { ...graph, results };
}

function trial(text: string, x: readonly (readonly number[])[], params: Record<string, number> = {}): Trial {
  const graph = checkText({ path: "extreme.norm", text })[0].graphs[0];
  return {
    graph,
    dims: { x: [x.length, x[0].length] },
    params,
    feeds: { x: Float32Array.from(x.flat()) },
  };
}

const { POSITIVE_INFINITY: infinity } = Number;
const statistics = `norm P { axes N, D input x[N, D]
  m = mean(x over D)
  v = var(x over D)
  c = x - m
  output m, v, c }`;

/** Each with the reason why it is here. */
const rows: Readonly<Record<string, Trial>> = {
  "a mean with infinities": trial(statistics, [
    [infinity, 1, 2, 3, 4],
    [1, 2, -infinity, 3, 4],
    [1, 2, 3, 4, -infinity],
    [1, infinity, 2, 3, 4],
    [infinity, 1, -infinity, 3, 4],
    [1, Number.NaN, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]),
  "zeros with an eps whose square is 0": trial(
    `norm P { axes N, D param eps = 1e-12 input x[N, D]
      y = x * rsqrt(max(sum(x^2 over D), eps^2)) output y }`,
    [
      [0, 0, 0, 0],
      [3, 4, 0, 0],
      [0, 0, 3e-23, 4e-23],
      [0, 1e-30, -1e-30, 0],
    ],
    { eps: 1e-25 },
  ),
  "small values that cancel": trial(
    `norm P { axes N, D param eps = 0 input x[N, D]
      y = (x - mean(x over D)) / sqrt(var(x over D) + eps) output y }`,
    [
      [-1e-30, 0, 1e-30],
      [0, 1e-25, 0],
      [1e-37, 3e-37, 2e-37],
    ],
  ),
  "the least and the largest values": trial(
    `norm P { axes N, D param eps = 0 input x[N, D]
      y = x / (sqrt(mean(x^2 over D)) + eps) output y }`,
    [
      [2e-38, -3e-38, 4e-38, 3e-38],
      [3e38, -3e38, 1e38, 3.4e38],
      [1e19, 2e19, 1e19, -3e19],
    ],
  ),
  "halves that turn": trial(
    `norm P { axes N, D = H * K, H = 2 param eps = 0 input x[N, D]
      z = x * rsqrt(mean(x^2 over D) + eps)
      y = z + 0.5 * z[H = 1 - index(H)] output y }`,
    [
      [1e20, 2e20, -1e20, 3e20, 1e20, 0, 0, 2e20],
      [1e-30, 0, -1e-30, 2e-30, 3e-30, 1e-30, 0, 0],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
  ),
  "a variance outside a root": trial(
    `norm P { axes N, D param eps = 1e-9 input x[N, D]
      s = sqrt(var(x over D))
      y = (x - mean(x over D)) / (s + eps) output y, s }`,
    [
      [1e30, -1e30, 3e30, 0],
      [1e-18, 2e-18, 1e-18, -1e-18],
      [4, 5, 6, 9],
    ],
  ),
};

/** `s` is the width of the device's subgroups. */
const strategies: Readonly<Record<string, (s: number) => Partial<Variant>>> = {
  "a lane a row": () => ({}),
  "a workgroup a row": () => ({ lanes: 64, rows: 1 }),
  "four rows together": (s) => ({ lanes: s, rows: 2, subgroup: s, together: 4 }),
  "the row in registers": (s) => ({ lanes: 4 * s, rows: 2, subgroup: s, residency: "registers" }),
  "split rows": (s) => ({ lanes: s, rows: 2, subgroup: s, parts: 3 }),
  "split tiles of columns": () => ({ lanes: 2, rows: 8, columns: true, parts: 2 }),
};

function orDefault(strategy: (s: number) => Partial<Variant>): ChooseVariant {
  return (work, traits, limits) => {
    const variant = { ...laneARow, rows: 4, ...strategy(traits.subgroup) };
    return whyIllegal(variant, work, traits, limits) === null ? variant : chooseVariant(work, traits, limits);
  };
}

const sizes = [
  { size: 1e20, eps: 1e-5 },
  { size: 1e30, eps: 1e-5 },
  { size: 1e-22, eps: 0 },
  { size: 1e-30, eps: 0 },
];
const trials = sizes.flatMap(({ size, eps }) =>
  layers.map((layer) => ({ name: layer.norm, size, eps, own: trialOf(layer, size, eps) })),
);

/** Weight norm has 1/norm², which is no f32 here. */
function hasGradients({ name, size }: (typeof trials)[number]): boolean {
  return name !== "WeightNorm" || size > 1;
}

function expectClose(worst: Pick<Difference, "error">): void {
  expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
}

describe.each(devices)("squares beyond f32 on $name", (adapter) => {
  const { device } = adapter;
  // Eleven layers of each size.
  const ours = inTurn(trials, adapter, devices);

  it.each(ours)("$name of values of $size", async ({ own }) =>
    expectClose(await worstDifference(device, own)),
  );

  it.each(Object.entries(rows))("%s", async (_, own) => expectClose(await worstDifference(device, own)));

  it.each(Object.keys(strategies))("by every strategy: %s", async (strategy) => {
    const extreme = trials.filter((one) => one.size === 1e20 || one.size === 1e-30).map((one) => one.own);
    const turn = Object.keys(strategies).indexOf(strategy);
    for (const one of inTurn([...extreme, ...Object.values(rows)], adapter, devices, turn)) {
      expectClose(await worstDifference(device, one, orDefault(strategies[strategy]!)));
    }
  });

  it.each(ours.filter(hasGradients))("gradients of $name of values of $size", async ({ own }) => {
    const backward = backwardTrial(own);
    const worst = await worstOnDevice(device, backward, least(backward));
    expectClose(worst);
  });
});

describe.each(nodeBackends)("squares beyond f32 on gpu.js %s", (backend) => {
  it.each(trials)("$name of values of $size", async ({ own }) =>
    expectClose(worstOf(await runOnGpuJs(own, backend), own)),
  );

  it.each(Object.entries(rows))("%s", async (_, own) =>
    expectClose(worstOf(await runOnGpuJs(own, backend), own)),
  );

  it.each(trials.filter(hasGradients))("gradients of $name of values of $size", async ({ own }) => {
    const backward = backwardTrial(own);
    expectClose(worstGradient(backward, await runOnGpuJs(backward, backend), least(backward)));
  });
});

/** Gradients by values of 1e20 are as small as 1e-20. They are compared among themselves. */
function least(backward: Trial): number {
  const all = [...oracle(backward).values()].flatMap((one) => [...one]);
  return Math.max(...all.map(Math.abs)) * 1e-3;
}
