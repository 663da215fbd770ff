/** Elements at other coordinates: values and gradients against the oracle, in every strategy, and through gpu.js. */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { workOf } from "../../src/runtime/variants/dispatch.ts";
import {
  type ChooseVariant,
  chooseVariant,
  resolveShapes,
  type Variant,
  whyIllegal,
} from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial, worstDifference, worstOf } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import {
  backwardTrial,
  worstAgainstDifferences,
  worstGradient,
  worstOnDevice,
} from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

function graphOf(body: string): Graph {
  return checkText({ path: "picks.norm", text: `norm Picks {\n${body}\n}` })[0]!.graphs[0]!;
}

interface Case {
  readonly body: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, number>>;
  /** Given values; all others are random. */
  readonly given?: Readonly<Record<string, readonly number[]>>;
  readonly kernels: number;
}

const rotary = (shape: string): string => `input x[T, ${shape}], cosine[T, K], sine[T, K]
  affine gamma[${shape}] = 1
  z = standardize(x over ${shape}; 1e-3) * gamma
  y = z * cosine + z[P = 1 - index(P)] * where(index(P) == 0, -1, 1) * sine
  output y`;

const cases: Readonly<Record<string, Case>> = {
  "by label, for each class": {
    body: `axes N, C, ...S, Classes
  param Classes = 4
  input x[N, C, ...S], label[N]
  affine gamma[Classes, C] = 1, beta[Classes, C] = 0
  y = standardize(x over N, ...S; 1e-3) * gamma[Classes = label] + beta[Classes = label]
  output y`,
    dims: { x: [5, 8, 3, 4], label: [5], gamma: [4, 8], beta: [4, 8] },
    given: { label: [3, 0, 3, 1, 0] },
    kernels: 1,
  },
  "by a label of each element, along the vector axis": {
    body: `axes N, D, Classes
  input x[N, D], label[N, D], table[Classes]
  y = standardize(x over D; 1e-3) * table[Classes = label]
  output y`,
    dims: { x: [5, 8], label: [5, 8], table: [3] },
    given: { label: Array.from({ length: 40 }, (_, i) => (i * 7) % 3) },
    kernels: 1,
  },
  "the other half": {
    body: `axes T, P = 2, K\n  ${rotary("P, K")}`,
    dims: { x: [6, 2, 8], cosine: [6, 8], sine: [6, 8], gamma: [2, 8] },
    kernels: 1,
  },
  "the other of a pair": {
    body: `axes T, K, P = 2\n  ${rotary("K, P")}`,
    dims: { x: [6, 8, 2], cosine: [6, 8], sine: [6, 8], gamma: [8, 2] },
    kernels: 1,
  },
  "the other of a pair, an odd number of pairs": {
    body: `axes T, K, P = 2\n  ${rotary("K, P")}`,
    dims: { x: [5, 7, 2], cosine: [5, 7], sine: [5, 7], gamma: [7, 2] },
    kernels: 1,
  },
  "the other half, behind an RMS norm": {
    body: `axes T, Heads, D = P * K, P = 2
  input x[T, Heads, D], cosine[T, K], sine[T, K]
  affine gamma[D] = 1
  z = x * rsqrt(mean(x^2 over D) + 1e-3) * gamma
  y = z * cosine + z[P = 1 - index(P)] * where(index(P) == 0, -1, 1) * sine
  output y`,
    dims: { x: [5, 6, 16], cosine: [5, 8], sine: [5, 8], gamma: [16] },
    kernels: 1,
  },
  "the other half, behind an RMS norm, an odd number of heads": {
    body: `axes T, Heads, D = P * K, P = 2
  input x[T, Heads, D], cosine[T, K], sine[T, K]
  z = x * rsqrt(mean(x^2 over D) + 1e-3)
  y = z * cosine + z[P = 1 - index(P)] * where(index(P) == 0, -1, 1) * sine
  output y`,
    dims: { x: [4, 3, 16], cosine: [4, 8], sine: [4, 8] },
    kernels: 1,
  },
  "slices of one tensor": {
    body: `axes T, Three = 3, Heads, D
  input qkv[T, Three, Heads, D]
  affine g[D] = 1
  a = qkv[Three = 0]
  b = qkv[Three = 1]
  q = a * rsqrt(mean(a^2 over D) + 1e-3) * g
  k = (b - mean(b over D)) * rsqrt(var(b over D) + 1e-3) * g
  output q, k`,
    dims: { qkv: [6, 3, 2, 8], g: [8] },
    kernels: 1,
  },
  "reversed, and shifted by a value": {
    body: `axes N, D
  input x[N, D], shift[N]
  z = standardize(x over D; 1e-3)
  y = z[D = size(D) - 1 - index(D)] + where(index(D) == 0, 0, 3 * z[D = index(D) - 1]) + z[D = index(D) + shift]
  output y`,
    dims: { x: [3, 8], shift: [3] },
    given: { shift: [0, 0, 0] },
    kernels: 1,
  },
  "a permutation of a short axis, and a table": {
    body: `axes N, M = 3, D
  input x[N, M, D]
  z = standardize(x over D; 1e-3)
  y = z[M = index(M) + 1 - 3 * (index(M) == 2)] + 2 * z[M = floor(index(M) / 2)]
  output y`,
    dims: { x: [4, 3, 8] },
    kernels: 1,
  },
  "along a split axis": {
    body: `axes N, C = G * K, D
  param G = 3
  input x[N, C, D], at[N]
  y = x * x[C = at] + x[C = 4] * mean(x over K)[G = 1] + max(x over G, D)[K = 2]
  output y`,
    dims: { x: [4, 12, 8], at: [4] },
    given: { at: [11, 0, 5, 4] },
    kernels: 2,
  },
  "of a statistic, by label": {
    body: `axes N, D, Classes
  input x[N, D], label[N], table[Classes, D]
  y = x - mean(table over D)[Classes = label]
  output y`,
    dims: { x: [6, 8], label: [6], table: [3, 8] },
    given: { label: [2, 2, 0, 1, 1, 0] },
    kernels: 2,
  },
  "of a pick": {
    body: `axes N, M = 3, D
  input x[N, M, D], label[N, D]
  y = x + (x[M = 2 - index(M)] * index(M))[D = size(D) - 1 - index(D)][M = label]
  output y`,
    dims: { x: [4, 3, 8], label: [4, 8] },
    given: { label: Array.from({ length: 32 }, (_, i) => (i * 5) % 3) },
    kernels: 1,
  },
  "out of range": {
    body: `axes N, Classes, D
  input x[N, D], label[N], table[Classes]
  y = x + where(index(Classes) == 1, 1, table)[Classes = label]
  output y`,
    dims: { x: [8, 4], label: [8], table: [3] },
    given: { label: [0, 1, 2, 3, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY] },
    kernels: 1,
  },
};

function trialOf({ body, dims, params = {}, given = {} }: Case): Trial {
  const graph = graphOf(body);
  const feeds = Object.fromEntries(
    Object.entries(dims).map(([name, one], i) => [
      name,
      name in given
        ? Float32Array.from(given[name]!)
        : normals(
            31 + i,
            one.reduce((a, b) => a * b, 1),
            0.3,
            1.7,
          ),
    ]),
  );
  return { graph, dims, params, feeds };
}

const trials = Object.entries(cases).map(([name, one], turn) => ({
  name,
  turn,
  trial: trialOf(one),
  kernels: one.kernels,
}));

const strategies: readonly Partial<Variant>[] = [
  { lanes: 4, rows: 2 },
  { lanes: 4, rows: 2, together: 4 },
  // Rows of rotations.
  { lanes: 1, rows: 2, together: 2 },
  { lanes: 4, rows: 1, residency: "registers" },
  { lanes: 2, rows: 4, columns: true },
  { lanes: 2, rows: 1, parts: 3 },
];

const orDefault =
  (own: Partial<Variant>): ChooseVariant =>
  (work, traits, limits) => {
    const chunks = work.chunkRows > 0 ? Math.min(work.chunkRows, 3) : 1;
    const variant = { ...laneARow, rows: 4, chunks, ...own };
    return whyIllegal(variant, work, traits, limits) === null ? variant : chooseVariant(work, traits, limits);
  };

describe.each(trials)("$name", ({ name, turn, trial, kernels }) => {
  it("takes as few kernels as it should", () => {
    expect(programOf(trial.graph).kernels.length).toBe(kernels);
  });

  it.each(devices)("on $name", async (adapter) => {
    for (const strategy of inTurn(strategies, adapter, devices, turn)) {
      const worst = await worstDifference(adapter.device, trial, orDefault(strategy));
      expect(worst.error, JSON.stringify({ worst, strategy })).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(nodeBackends)("through gpu.js on %s", async (backend) => {
    const worst = worstOf(await runOnGpuJs(trial, backend), trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  // Where the outputs are NaN, so are their differences. What the gradients are there is tested below.
  it.runIf(name !== "out of range")("has the gradients that central differences say", () => {
    const worst = worstAgainstDifferences(trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
  });

  it.each(devices)("has its gradients on $name", async (adapter) => {
    const backward = backwardTrial(trial);
    for (const strategy of inTurn(strategies.slice(0, 2), adapter, devices, turn)) {
      const worst = await worstOnDevice(adapter.device, backward, 1, orDefault(strategy));
      expect(worst.error, JSON.stringify({ worst, strategy })).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(nodeBackends)("has its gradients through gpu.js on %s", async (backend) => {
    const backward = backwardTrial(trial);
    const worst = worstGradient(backward, await runOnGpuJs(backward, backend), 1);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });
});

it("reads each element of a rotation once for each loop", () => {
  const { trial } = trials.find((one) => one.name === "the other half, behind an RMS norm")!;
  const [shader] = programOf(trial.graph).kernels[0]!.shaders;
  // The loop of the sum, its second look at squares that leave f32, and the loop that stores: two halves in each.
  expect(shader!.wgsl.match(/x_at\(/g)?.length).toBe(6);
  expect(shader!.wgsl.match(/y_put\(/g)?.length).toBe(2);
});

it("takes rows of a rotation together where they have the same angles", () => {
  const together = (name: string): number => {
    const { graph, dims, params } = trials.find((one) => one.name === name)!.trial;
    const program = programOf(graph);
    return workOf(program.kernels[0]!, resolveShapes(program, dims, params ?? {}), "K").together;
  };
  expect(together("the other half, behind an RMS norm")).toBe(2);
  expect(together("the other half, behind an RMS norm, an odd number of heads")).toBe(1);
});

it("gives NaN where an index is no place, and no gradient there", () => {
  const { trial } = trials.find((one) => one.name === "out of range")!;
  const y = oracle(trial).get("y")!;
  const rows = Array.from({ length: 8 }, (_, row) => Number.isNaN(y[4 * row]));
  expect(rows).toEqual([false, false, false, true, true, true, true, true]);
  const table = oracle(backwardTrial(trial)).get("d_table")!;
  expect([...table].every(Number.isFinite)).toBe(true);
});
