/** Specs with statistics that people write themselves, and inputs that lie far from zero. */
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { Trial } from "./compare.ts";
import { checkText } from "./library.ts";
import { normals, uniform } from "./random.ts";

export interface Statistic {
  readonly name: string;
  readonly text: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** Feeds whose values have a deviation of 1 and this mean. */
  readonly feeds: (ratio: number) => Readonly<Record<string, Float32Array>>;
}

const rows = { N: 3, D: 768 };
const count = rows.N * rows.D;
const x = (ratio: number): Float32Array => normals(11, count, ratio);

/** Ones and zeros, in which every row has ones. */
const mask = (length: number): Float32Array => {
  const next = uniform(7);
  return Float32Array.from({ length }, (_, i) => (i % 256 === 3 || next() < 0.6 ? 1 : 0));
};

function ofRows(name: string, body: string, other: Statistic["feeds"] = () => ({})): Statistic {
  return {
    name,
    text: `norm P { axes N, D input x[N, D]${body} output y }`,
    dims: { x: [rows.N, rows.D], ...otherDims(other(0)) },
    feeds: (ratio) => ({ x: x(ratio), ...other(ratio) }),
  };
}

function otherDims(feeds: Readonly<Record<string, Float32Array>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.keys(feeds).map((name) => [name, [rows.N, rows.D]]));
}

export const statistics: readonly Statistic[] = [
  ofRows(
    "softmax-weighted mean, `sum(a * x) / sum(a)`",
    `, w[N, D] a = exp(w - max(w over D)) y = x - sum(a * x over D) / sum(a over D)`,
    () => ({ w: normals(5, count) }),
  ),
  ofRows("pre-divided mean, `sum(x / size(D))`", "y = x - sum(x / size(D) over D)"),
  ofRows(
    "masked layer norm, padding of 0",
    `, m[N, D] n = sum(m over D)
    mu = sum(where(m, x, 0) over D) / n
    v  = sum(where(m, (x - mu)^2, 0) over D) / n
    y  = where(m, (x - mu) * rsqrt(v + 1e-5), 0)`,
    () => ({ m: mask(count) }),
  ),
  {
    name: "masked batch norm, `sum(m * x) / sum(m)`",
    text: `norm P { axes N, T, C param eps = 1e-5 input x[N, T, C], m[N, T]
      n  = sum(m over N, T)
      mu = sum(m * x over N, T) / n
      v  = sum(m * (x - mu)^2 over N, T) / n
      y  = (x - mu) * rsqrt(v + eps)
      output y }`,
    dims: { x: [4, 50, 6], m: [4, 50] },
    feeds: (ratio) => ({ x: normals(3, 1200, ratio), m: mask(200) }),
  },
  {
    name: "layer norm of a global average pool",
    text: `norm P { axes N, C, S param eps = 1e-5 input x[N, C, S]
      y = standardize(mean(x over S) over C; eps)
      output y }`,
    dims: { x: [2, 96, 49] },
    // The means differ by a deviation of 1, as channels do.
    feeds: (ratio) => {
      const channels = normals(4, 192, ratio);
      return { x: normals(3, 192 * 49).map((one, i) => one + channels[Math.floor(i / 49)]!) };
    },
  },
  {
    name: "variance of means, mean of means",
    text: `norm P { axes C, S input x[C, S]
      m = mean(x over S)
      y = (x - mean(m over C)) * rsqrt(var(m over C) + 1)
      output y }`,
    dims: { x: [40, 60] },
    feeds: (ratio) => ({ x: normals(3, 2400, ratio) }),
  },
  {
    ...ofRows("difference of two means", ", z[N, D] y = mean(x over D) - mean(z over D)", (ratio) => ({
      z: normals(13, count, ratio),
    })),
  },
  {
    name: "mean − running mean (batch renormalization)",
    text: `norm P { axes N, D param eps = 1e-5 input x[N, D], running[D], sigma[D]
      mu = mean(x over N)
      y = (x - mu) * rsqrt(var(x over N) + eps) + (mu - running) / sigma
      output y }`,
    dims: { x: [64, 30], running: [30], sigma: [30] },
    feeds: (ratio) => ({
      x: normals(3, 1920, ratio),
      running: normals(4, 30, ratio, 0.5),
      sigma: normals(5, 30, 2, 0.2),
    }),
  },
];

const graphs = new Map<Statistic, Graph>();

export function statisticTrial(statistic: Statistic, ratio: number): Trial {
  const { text, dims, feeds } = statistic;
  const graph = graphs.get(statistic) ?? checkText({ path: "statistic.norm", text })[0]!.graphs[0]!;
  graphs.set(statistic, graph);
  return { graph, dims, feeds: feeds(ratio) };
}
