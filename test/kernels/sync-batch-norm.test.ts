/**
 * A batch in parts, each on its own: `SyncBatchNorm`, its statistics and its backward pass, against the batch norm of the
 * whole batch in float64.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { createNorm, dynamic, type Norm } from "../../src/runtime/webgpu/index.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { runWasm } from "../support/wasm.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

type Feeds = Readonly<Record<string, Float32Array>>;
type Outputs = Readonly<Record<string, ArrayLike<number>>>;
type Run = (
  norm: string,
  feeds: Feeds,
  extents: { readonly N: number; readonly P: number },
) => Promise<Outputs>;

interface Part {
  readonly samples: number;
  readonly x: Float32Array;
  readonly dy: Float32Array;
}

const [channels, size] = [3, 21];
const [eps, momentum] = [Math.fround(1e-5), 0.1];
const gamma = normals(91, channels, 1, 0.2);
const beta = normals(92, channels);

/** Parts of different lengths. The last of five is empty. */
const lengths = { two: [4, 3], five: [3, 1, 5, 2, 0] } as const;

const cases = [
  { of: "two", name: "near zero", means: [0, 0.5], deviation: 1, slope: 0 },
  { of: "two", name: "far from zero", means: [1e6, 1e6 + 2], deviation: 1, slope: 1e6 },
  { of: "two", name: "whose means differ by 2e6", means: [-1e6, 1e6], deviation: 1, slope: 0.5 },
  { of: "five", name: "near zero", means: [0, 0.5, -1, 2, 0], deviation: 1, slope: 0 },
  { of: "five", name: "far from zero", means: [1e6, 1e6 + 1, 1e6 - 2, 1e6, 0], deviation: 1, slope: -1e6 },
  { of: "five", name: "whose means differ by 1e6", means: [-1e6, 0, 1e6, 7, 0], deviation: 1, slope: 1e6 },
  {
    of: "five",
    name: "small and far",
    means: [1e3, 1e3 + 2e-3, 1e3 - 1e-3, 1e3, 0],
    deviation: 1e-2,
    slope: 1e4,
  },
] as const;

type Case = (typeof cases)[number];

/** `slope` is the mean of the cotangents, whose parts differ as well. */
function partsOf({ of, means, deviation, slope }: Case): Part[] {
  return lengths[of].map((samples, p) => {
    const count = samples * channels * size;
    return {
      samples,
      x: normals(p + 1, count, means[p], deviation),
      dy: normals(p + 11, count, slope + p, 1),
    };
  });
}

/** `y` and `dx` of all parts in order, and the others, which the parts share: those of the first. */
type Results = Readonly<Record<"y" | "running_mean" | "running_var" | "dx" | "dgamma" | "dbeta", number[]>>;

/** What each device does, one after the other, and between them what they exchange. */
async function inParts(run: Run, parts: readonly Part[]): Promise<Results> {
  const each = async (norm: string, feedsOf: (part: Part) => Feeds): Promise<Outputs[]> => {
    const found: Outputs[] = [];
    for (const part of parts) {
      const extents = { N: part.samples, P: parts.length };
      found.push(part.samples === 0 ? ofNothing : await run(norm, feedsOf(part), extents));
    }
    return found;
  };
  const exchanged = (found: readonly Outputs[]): Feeds =>
    Object.fromEntries(
      Object.keys(found[0]!).map((name) => [name, Float32Array.from(joined(found, name))] as const),
    );
  const weight = Float32Array.from(parts, ({ samples }) => samples * size);
  const statistics = { weight, ...exchanged(await each("SyncStatistics", ({ x }) => ({ x }))) };
  const forward = await each("SyncBatchNorm", ({ x }) => ({ x, gamma, beta, ...statistics }));
  const slopes = exchanged(await each("SyncSlopes", ({ x, dy }) => ({ x, dy })));
  const backward = await each("SyncBatchNormGradient", ({ x, dy }) => ({
    ...{ x, dy, gamma },
    ...statistics,
    ...slopes,
  }));
  const shared = (of: readonly Outputs[], name: string): number[] => Array.from(of[0]![name]!);
  return {
    y: joined(forward, "y"),
    running_mean: shared(forward, "running_mean"),
    running_var: shared(forward, "running_var"),
    dx: joined(backward, "dx"),
    dgamma: shared(backward, "dgamma"),
    dbeta: shared(backward, "dbeta"),
  };
}

/** What a device without samples hands on: means of nothing. */
const ofNothing: Outputs = {
  ...Object.fromEntries(
    ["mean_high", "mean_low", "variance", "dy_high", "dy_low", "slope"].map((name) => [
      name,
      new Float32Array(channels).fill(Number.NaN),
    ]),
  ),
  y: [],
  dx: [],
};

const joined = (of: readonly Outputs[], name: string): number[] =>
  of.flatMap((one) => Array.from(one[name]!));

/**
 * The same of the whole batch, in float64, by the formulas of the paper. (The oracle's own backward graph of batch norm adds
 * up products of numbers near 1e6, which costs float64 the digits that are compared here.)
 */
function ofWhole(parts: readonly Part[]): Results {
  const [x, dy] = (["x", "dy"] as const).map((name) =>
    Float64Array.from(parts.flatMap((one) => [...one[name]])),
  );
  const found: Results = { y: [], dx: [], running_mean: [], running_var: [], dgamma: [], dbeta: [] };
  for (let c = 0; c < channels; c++) {
    const at = [...x!.keys()].filter((i) => Math.floor(i / size) % channels === c);
    const mean = (of: (i: number) => number): number => {
      const first = of(at[0]!);
      return first + at.reduce((sum, i) => sum + (of(i) - first), 0) / at.length;
    };
    const mu = mean((i) => x![i]!);
    const variance = mean((i) => (x![i]! - mu) ** 2);
    const rstd = 1 / Math.sqrt(variance + eps);
    const xhat = (i: number): number => (x![i]! - mu) * rstd;
    const dmu = mean((i) => dy![i]!);
    const product = mean((i) => (dy![i]! - dmu) * xhat(i));
    for (const i of at) {
      found.y[i] = xhat(i) * gamma[c]! + beta[c]!;
      found.dx[i] = (dy![i]! - dmu - xhat(i) * product) * rstd * gamma[c]!;
    }
    found.running_mean[c] = momentum * mu;
    found.running_var[c] = 1 - momentum + (momentum * variance * at.length) / (at.length - 1);
    found.dgamma[c] = at.length * product;
    found.dbeta[c] = at.length * dmu;
  }
  return found;
}

/** Outputs relative to max(1, |want|), as the contract has it. */
function worstOutput(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  return Math.max(
    ...Array.from(want, (value, i) => Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))),
  );
}

/** Gradients relative to the largest of their tensor. A sum of n products of unit size has a size of √n. */
function worstGradient(got: ArrayLike<number>, want: ArrayLike<number>, terms: number): number {
  expect(got.length).toBe(want.length);
  const largest = Math.max(...Array.from(want, Math.abs), Math.sqrt(terms));
  return Math.max(...Array.from(want, (value, i) => Math.abs(got[i]! - value) / largest));
}

const graphNamed = (norm: string): Graph => graphOf(norm, norm === "SyncBatchNorm" ? "train" : null);

/** Dims of the inputs and outputs of a norm. */
function dimsOf<N, P>(graph: Graph, sizes: { readonly N: N; readonly P: P }) {
  const extents: Readonly<Record<string, number | N | P>> = { ...sizes, C: channels, S: size };
  return Object.fromEntries(
    graph.tensors.map(({ name, dims }) => [name, dims.map((axis) => extents[axis]!)]),
  );
}

/** One norm for parts of all sizes: a pipeline for each shape would cost a software adapter seconds. */
function runOn(device: GPUDevice): Run {
  const made = new Map<string, Promise<Norm>>();
  return async (name, feeds, extents) => {
    const graph = graphNamed(name);
    const open = { N: dynamic(5), P: dynamic(5) };
    const norm = made.get(name) ?? createNorm(device, programOf(graph), { dims: dimsOf(graph, open) });
    made.set(name, norm);
    const used = Object.entries(extents).filter(([axis]) => graph.axes.some((one) => one.name === axis));
    return (await norm).run(feeds, Object.fromEntries(used));
  };
}

const backends: readonly { readonly name: string; readonly run: Run }[] = [
  ...devices.map(({ name, device }) => ({ name, run: runOn(device) })),
  {
    name: "wasm",
    run: (name, feeds, extents) =>
      runWasm({ graph: graphNamed(name), dims: dimsOf(graphNamed(name), extents), feeds }),
  },
];

describe.each(backends)("parts on $name", ({ run }) => {
  it.each(cases)("$of, $name", async (one) => {
    const parts = partsOf(one);
    const got = await inParts(run, parts);
    const want = ofWhole(parts);
    const terms = parts.reduce((sum, { samples }) => sum + samples, 0) * size;
    for (const name of ["y", "running_mean", "running_var"] as const) {
      expect(worstOutput(got[name], want[name]), name).toBeLessThanOrEqual(1e-5);
    }
    expect(worstGradient(got.dx, want.dx, 0), "dx").toBeLessThanOrEqual(1e-5);
    expect(worstGradient(got.dgamma, want.dgamma, terms), "dgamma").toBeLessThanOrEqual(1e-5);
    expect(worstGradient(got.dbeta, want.dbeta, terms), "dbeta").toBeLessThanOrEqual(1e-5);
  });
});
