/** Specs in which statistics of far values meet: means of means, differences of means, mixes. */
import type { Trial } from "./compare.ts";
import { checkText } from "./library.ts";
import { normals } from "./random.ts";

export interface FarStatistic {
  readonly what: string;
  readonly body: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
}

const x = { x: [3, 8, 20] };
const nc = { x: [20, 5] };

export const farStatistics: readonly FarStatistic[] = [
  {
    what: "layer norm of a pool",
    body: `axes N, C, ...S input x[N, C, ...S] affine gamma[C] = 1, beta[C] = 0
      y = standardize(mean(x over ...S) over C; 1e-6) * gamma + beta output y`,
    dims: { x: [3, 8, 4, 5], gamma: [8], beta: [8] },
  },
  {
    what: "a pool, its layer norm, and what the pool leaves",
    body: `axes N, C, S input x[N, C, S] p = mean(x over S)
      y = standardize(p over C; 1e-6) z = x - p output y, z`,
    dims: x,
  },
  {
    what: "variance of a mean",
    body: `axes N, C, S input x[N, C, S] m = mean(x over S)
      v = var(m over C) y = (x - mean(m over C)) * rsqrt(v + 1e-5) output y, v`,
    dims: x,
  },
  {
    what: "means of means",
    body: "axes N, C, S input x[N, C, S] y = x - mean(mean(mean(x over S) over C) over N) output y",
    dims: x,
  },
  {
    what: "means of two tensors",
    body: "axes N, D input x[N, D], z[N, D] y = mean(x over D) - mean(z over D) output y",
    dims: { x: [2, 20], z: [2, 20] },
  },
  {
    what: "means over different axes",
    body: "axes N, C, S input x[N, C, S] y = mean(x over S) - mean(x over N, S) output y",
    dims: x,
  },
  {
    what: "effects of two axes",
    body: `axes N, C, S input x[N, C, S]
      y = x - mean(x over C) - mean(x over S) + mean(x over C, S) output y`,
    dims: x,
  },
  {
    what: "batch renormalization",
    body: `axes N, C input x[N, C] state seen[C] = 0, scale[C] = 1
      mu = mean(x over N) s = sqrt(var(x over N) + 1e-3) d = clamp((mu - seen) / scale, -5, 5)
      y = (x - mu) / s * clamp(s / scale, 1 / 3, 3) + d output y`,
    dims: { ...nc, seen: [5], scale: [5] },
  },
  {
    what: "maximum and minimum beside a mean",
    body: `axes N, D input x[N, D] m = mean(x over D)
      y = max(x over D) - m z = (max(x over D) + min(x over D)) / 2 - m output y, z`,
    dims: nc,
  },
  {
    what: "maximum of a sum beside its mean",
    body: "axes N, D input x[N, D], z[N, D] h = x + z y = max(h over D) - mean(h over D) output y",
    dims: { x: [2, 20], z: [2, 20] },
  },
  {
    what: "a pooled residual",
    body: `axes N, C, S input x[N, C, S]
      y = standardize(x + mean(x over S) over C; 1e-5) output y`,
    dims: x,
  },
  {
    what: "a mean drawn to a running mean",
    body: `axes N, C param t = 0.3 input x[N, C] state seen[C] = 0
      y = x - lerp(mean(x over N), seen, t) output y`,
    dims: { ...nc, seen: [5] },
  },
  {
    what: "the same with a learned weight for each channel",
    body: `axes N, C input x[N, C] affine t[C] = 0.3 state seen[C] = 0
      y = (x - (t * seen + (1 - t) * mean(x over N))) * rsqrt(var(x over N) + 1e-5) output y`,
    dims: { ...nc, seen: [5], t: [5] },
  },
  {
    what: "a switchable mix of means",
    body: `axes N, C, S, M = 3 input x[N, C, S] affine w[M] = 1
      e = exp(w - max(w over M)) p = e / sum(e over M)
      y = x - (p[M = 0] * mean(x over S) + p[M = 1] * mean(x over C, S) + p[M = 2] * mean(x over N, S))
      output y`,
    dims: { ...x, w: [3] },
  },
  {
    what: "batch norm after instance norm",
    body: `axes N, C, S input x[N, C, S]
      y = standardize(standardize(x over S; 1e-5) over N, S; 1e-5) output y`,
    dims: x,
  },
  {
    what: "layer norm after RMS norm",
    body: `axes N, D input x[N, D]
      y = standardize(x * rsqrt(mean(x^2 over D) + 1e-6) over D; 1e-20) output y`,
    dims: { x: [3, 64] },
  },
  {
    what: "variance of a distance",
    body: "axes N, C input x[N, C] state seen[C] = 0 v = var(x - seen over N) output v",
    dims: { ...nc, seen: [5] },
  },
  {
    what: "a scaled and shifted value",
    body: `axes N, C param k = 0.3 input x[N, C], z[N, C] h = k * (x + z) + 2
      y = h - mean(h over C) output y`,
    dims: { ...nc, z: [20, 5] },
  },
  {
    what: "the same, taken apart",
    body: `axes N, C param k = 0.3, b = 2 input x[N, C]
      y = (k * x + b) - (k * mean(x over C) + b) output y`,
    dims: nc,
  },
  {
    what: "sums divided by sizes",
    body: `axes N, C, S input x[N, C, S], z[N, C]
      y = x - sum(sum(x over S) over C) / (size(C) * size(S))
      d = (sum(x over C, S) / size(S) - sum(z over C)) / size(C) output y, d`,
    dims: { ...x, z: [3, 8] },
  },
  {
    what: "a choice between a mean and a running mean",
    body: `axes N, D input x[N, D], warm state seen[N] = 0
      y = x - where(warm > 0, mean(x over D), seen) output y`,
    dims: { ...nc, warm: [], seen: [20] },
  },
  {
    what: "the largest of pooled values",
    body: "axes N, C, S input x[N, C, S] p = mean(x over S) y = p - max(p over C) output y",
    dims: x,
  },
  {
    what: "layer norm of a masked pool",
    body: `axes N, C, S input x[N, C, S], mask[N, S]
      k = mask > 0 p = sum(where(k, x, 0) over S) / count(k over S)
      y = standardize(p over C; 1e-5) output y`,
    dims: { ...x, mask: [3, 20] },
  },
  {
    what: "a weighted mean beside others",
    body: `axes N, D input x[N, D], mask[N, D] state seen[N] = 0 m = mean(x over D; weight = abs(mask))
      y = m - mean(x over D) z = x - lerp(m, seen, 0.3) output y, z`,
    dims: { x: [2, 20], mask: [2, 20], seen: [2] },
  },
];

/** In float64 the formula as it is written loses digits beyond 1e4. */
export const farProducts: readonly FarStatistic[] = [
  {
    what: "covariance as E[xz] - E[x]E[z]",
    body: `axes N, D input x[N, D], z[N, D]
      y = mean(x * z over D) - mean(x over D) * mean(z over D) output y`,
    dims: { x: [2, 20], z: [2, 20] },
  },
  {
    what: "variance as sums of squares",
    body: `axes N, D input x[N, D] n = size(D)
      y = (sum(x^2 over D) - sum(x over D)^2 / n) / max(n - 1, 1) output y`,
    dims: nc,
  },
  {
    what: "variance of a layer from those of its channels",
    body: `axes N, C, S input x[N, C, S] m = mean(x over S) t = var(x over S) + m^2
      ml = mean(m over C) vl = mean(t over C) - ml^2 y = (x - ml) * rsqrt(vl + 1e-5) output y`,
    dims: x,
  },
  {
    what: "the same axis by axis",
    body: `axes N, H, W input x[N, H, W] m = mean(mean(x over W) over H)
      y = (x - m) * rsqrt(mean(mean(x^2 over W) over H) - m^2 + 1e-5) output y`,
    dims: x,
  },
];

/** Inputs and states lie at `ratio` standard deviations from zero; affines and scales do not. */
export function statisticTrial({ body, dims }: FarStatistic, ratio: number): Trial {
  const [{ graphs }] = checkText({ path: "far.norm", text: `norm Far { ${body} }` });
  const [graph] = graphs;
  const isData = (name: string): boolean =>
    graph.tensors.some((one) => one.name === name && (one.role === "input" || one.role === "state"));
  const feeds = Object.entries(dims).map(([name, extents], i): [string, Float32Array] => {
    const count = extents.reduce((a, b) => a * b, 1);
    if (name === "scale") return [name, normals(31 + i, count, 1.2, 0.1)];
    if (name === "mask") return [name, normals(31 + i, count)];
    if (name === "warm") return [name, Float32Array.of(1)];
    return [name, isData(name) ? normals(31 + i, count, ratio) : normals(31 + i, count, 0.7, 0.2)];
  });
  return { graph, dims, feeds: Object.fromEntries(feeds) };
}
