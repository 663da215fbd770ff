/** Statistics with weights and masks, in the ways in which people write them. */
import type { Trial } from "./compare.ts";
import { checkText } from "./library.ts";
import { normals } from "./random.ts";

export interface WeightedSpec {
  readonly name: string;
  readonly text: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** What lies where the mask is 0: what `where` excludes may be anything, what is multiplied by 0 may not. */
  readonly excluded: "like the others" | "zero" | "garbage";
}

const rows = { x: [3, 97], m: [3, 97] };
const head = "axes N, D param eps = 1e-5 input x[N, D], m[N, D]";

function masked(
  name: string,
  mean: string,
  variance: string,
  rest: Partial<WeightedSpec> = {},
): WeightedSpec {
  const text = `norm Weighted { ${head}
    mu = ${mean}
    v = ${variance}
    y = where(m, (x - mu) * rsqrt(v + eps), 0)
    output y }`;
  return { name, text, dims: rows, excluded: "zero", ...rest };
}

const sums = "sum(where(m, x, 0) over D)";
const squares = "sum(where(m, (x - mu)^2, 0) over D)";

/** `m` is a mask of 0 and 1, `w` any weight. */
export const weightedSpecs: readonly WeightedSpec[] = [
  masked("the setting", "mean(x over D; weight = m)", "var(x over D; weight = m)"),
  masked(
    "products by a sum",
    "sum(m * x over D) / sum(m over D)",
    "sum(m * (x - mu)^2 over D) / sum(m over D)",
  ),
  masked(
    "a product by a common n",
    "sum(x * m over D) * (1 / n)",
    "sum((x - mu)^2 * m over D) / n\n    n = sum(m over D)",
  ),
  masked(
    "means by a mean",
    "mean(m * x over D) / mean(m over D)",
    "mean(m * (x - mu)^2 over D) / mean(m over D)",
  ),
  masked("shares", "sum(x * share over D)", "sum((x - mu)^2 * share over D)\n    share = m / sum(m over D)"),
  masked("where by a sum", `${sums} / sum(m over D)`, `${squares} / sum(m over D)`, { excluded: "garbage" }),
  masked("where by a count", `${sums} / count(m over D)`, `${squares} / count(m over D)`, {
    excluded: "garbage",
  }),
  masked("where by where", `${sums} / n`, `${squares} / n\n    n = sum(where(m, 1, 0) over D)`, {
    excluded: "garbage",
  }),
  masked("where, guarded", `${sums} / n`, `${squares} / n\n    n = max(sum(m over D), 1)`, {
    excluded: "garbage",
  }),
  masked(
    "products, guarded",
    "sum(m * x over D) / n",
    "sum(m * (x - mu)^2 over D) / n\n    n = max(sum(m over D), 1)",
  ),
  masked(
    "products with an epsilon",
    "sum(m * x over D) / n",
    "sum(m * (x - mu)^2 over D) / n\n    n = sum(m over D) + 1e-6",
  ),
  masked(
    "where the mask is 1",
    `${sums.replace("m,", "m == 1,")} / n`,
    `${squares} / n\n    n = count(m == 1 over D)`,
    { excluded: "garbage" },
  ),
  masked(
    "zero where it is 0",
    "sum(where(m == 0, 0, x) over D) / count(m over D)",
    `${squares} / count(m over D)`,
    { excluded: "garbage" },
  ),
  {
    name: "standardize",
    text: `norm Weighted { axes N, D param eps = 1e-5 input x[N, D], w[N, D]
      y = standardize(x over D; weight = w, eps)
      output y }`,
    dims: { x: [3, 97], w: [3, 97] },
    excluded: "like the others",
  },
  {
    name: "standardize, four by four, a weight for all rows",
    text: `norm Weighted { axes N, D param eps = 1e-5 input x[N, D], w[D]
      y = standardize(x over D; weight = w, eps = eps)
      output y }`,
    dims: { x: [5, 768], w: [768] },
    excluded: "like the others",
  },
  {
    name: "a sum of terms",
    text: `norm Weighted { axes N, D param eps = 1e-5 input x[N, D], r[N, D], b[D], w[N, D]
      y = standardize(x + r + b over D; weight = w, eps)
      output y }`,
    dims: { x: [3, 96], r: [3, 96], b: [96], w: [3, 96] },
    excluded: "like the others",
  },
  {
    name: "channels",
    text: `norm Weighted { axes N, T, C param eps = 1e-5 input x[N, T, C], m[N, T]
      n = sum(m over N, T)
      mu = sum(x * m over N, T) / n
      v = sum(m * (x - mu)^2 over N, T) / n
      y = (x - mu) * rsqrt(v + eps)
      output y }`,
    dims: { x: [4, 50, 8], m: [4, 50] },
    excluded: "like the others",
  },
  {
    name: "a weight that lacks an axis",
    text: `norm Weighted { axes N, T, C param eps = 1e-5 input x[N, T, C], w[N, T]
      mu = sum(w * x over T, C) / (sum(w over T) * size(C))
      y = (x - mu) * rsqrt(var(x over T, C; weight = w) + eps)
      output y }`,
    dims: { x: [3, 20, 12], w: [3, 20] },
    excluded: "like the others",
  },
  {
    name: "a weight with an axis more",
    text: `norm Weighted { axes N, K, D input x[N, D], w[K, D]
      y = x - mean(x over D; weight = w)
      output y[N, K, D] }`,
    dims: { x: [3, 65], w: [4, 65] },
    excluded: "like the others",
  },
  {
    name: "softmax",
    text: `norm Weighted { axes N, D input x[N, D], w[N, D]
      e = exp(w - max(w over D))
      y = x - sum(e / sum(e over D) * x over D)
      output y }`,
    dims: { x: [3, 97], w: [3, 97] },
    excluded: "like the others",
  },
  {
    name: "shares of the size",
    text: `norm Weighted { axes N, D input x[N, D]
      y = x - sum(x / size(D) over D)
      output y }`,
    dims: { x: [3, 97] },
    excluded: "like the others",
  },
  {
    name: "a count that is given",
    text: `norm Weighted { axes N, D input x[N, D], m[N, D], n[N]
      y = where(m, x - sum(where(m, x, 0) over D) / n, 0)
      output y }`,
    dims: { x: [3, 97], m: [3, 97], n: [3] },
    excluded: "garbage",
  },
];

/** @param dims other extents than the spec's own. */
export function weightedTrial(
  spec: WeightedSpec,
  ratio: number,
  dims = spec.dims,
  excluded = spec.excluded,
): Trial {
  const graph = checkText({ path: "weighted.norm", text: spec.text })[0].graphs[0];
  const count = (name: string): number => dims[name].reduce((a, b) => a * b, 1);
  const feeds: Record<string, Float32Array> = {};
  for (const [seed, name] of Object.keys(dims).entries()) {
    const far = name === "x" ? ratio : name === "r" ? -2 * ratio : 0;
    feeds[name] = normals(seed + 1, count(name), far);
  }
  if (feeds.w !== undefined)
    feeds.w = feeds.w.map((value) => (spec.name === "softmax" ? value : Math.abs(value)));
  if (feeds.m !== undefined) {
    // The first third is padding: two of the three samples of a row are often excluded.
    const row = dims.m[1];
    feeds.m = feeds.m.map((value, i) => (i % row < row / 3 || value < -0.3 ? 0 : 1));
    if (excluded !== "like the others" && dims.x.length === dims.m.length) {
      const garbage = [0, Number.NaN, Number.POSITIVE_INFINITY, -1e30];
      const at = (i: number): number => (excluded === "zero" ? 0 : garbage[i % garbage.length]);
      feeds.x = feeds.x.map((value, i) => (feeds.m[i] === 0 ? at(i) : value));
    }
    if (feeds.n !== undefined) {
      feeds.n = feeds.n.map((_, n) => feeds.m.slice(n * row, (n + 1) * row).reduce((a, b) => a + b, 0));
    }
  }
  return { graph, dims, feeds };
}
