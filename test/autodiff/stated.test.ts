/** Gradients that are not the derivative: `stop_gradient`, `with_gradient_of` and `on backward`. */
import { describe, expect, it, test } from "vitest";
import { compileBackward } from "../../src/compile/compile-backward.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { joinGradients } from "../../src/graph/autodiff/divide.ts";
import type { Mode } from "../../src/program/program.ts";
import { graphIn } from "../check/files.ts";
import { oracle } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

type Values = Readonly<Record<string, readonly number[]>>;

/** The gradients and new states of a norm on `x[N, C]`, by the oracle. */
function gradients(text: string, feeds: Values, rows: number, mode: Mode | null = null): Values {
  const graph = differentiate(graphIn(text, mode));
  const dims = Object.fromEntries(
    Object.entries(feeds).map(([name, data]) => {
      const rank = graph.tensors.find((one) => one.name === name)?.factors.length;
      return [name, rank === 2 ? [rows, data.length / rows] : rank === 1 ? [data.length] : []];
    }),
  );
  const arrays = Object.fromEntries(
    Object.entries(feeds).map(([name, data]) => [name, Float32Array.from(data)]),
  );
  const results = oracle({ graph, dims, feeds: arrays });
  return Object.fromEntries([...results].map(([name, values]) => [name, [...values]]));
}

describe("with_gradient_of", () => {
  const norm = (equation: string): string => `norm A { axes N, C input x[N, C] ${equation} output y }`;

  it("is the value forward, exactly, and the stand-in backward", () => {
    const text = norm("y = with_gradient_of(round(x), 3 * x)");
    const x = [1e7 + 1, -0.4, 2.6, 0.5];
    const y = oracle({ graph: graphIn(text), dims: { x: [2, 2] }, feeds: { x: Float32Array.from(x) } }).get(
      "y",
    );
    expect([...(y ?? [])]).toEqual([1e7 + 1, 0, 3, 0]);
    expect(gradients(text, { d_y: [1, 2, 3, 4] }, 2).d_x).toEqual([3, 6, 9, 12]);
  });

  it("takes a value with fewer axes than its stand-in along the others", () => {
    const text = norm("y = x * sum(with_gradient_of(2, x) over C)");
    const graph = graphIn(text);
    const feeds = { x: Float32Array.from([1, 2, 3, 4, 5, 6]) };
    const y = oracle({ graph, dims: { x: [2, 3] }, feeds }).get("y");
    expect([...(y ?? [])]).toEqual([6, 12, 18, 24, 30, 36]);
    // d·6 by the product, and Σ d·x to each element of the row.
    expect(gradients(text, { x: [1, 2, 3, 4, 5, 6], d_y: [1, 0, 0, 0, 1, 1] }, 2).d_x).toEqual([
      7, 1, 1, 11, 17, 17,
    ]);
  });

  it("is not seen through by algebra of the derivative", () => {
    // As a variance this would have the gradient of one.
    const text = norm("y = mean(x^2 over N) - stop_gradient(mean(x over N))^2 + 0 * x");
    expect(gradients(text, { x: [1, 3], d_y: [1, 1] }, 2).d_x).toEqual([2, 6]);
  });
});

test("batch renormalization has the gradient of batch norm's value, times r", () => {
  const stop = graphOf("BatchRenorm", "train");
  const constants = graphIn(
    `norm A { axes N, C, ...S param eps = 1e-5 input x[N, C, ...S] affine gamma[C] = 1, beta[C] = 0 state r[C] = 1, d[C] = 0
      y = ((x - mean(x over N, ...S)) / sqrt(var(x over N, ...S) + eps) * r + d) * gamma + beta output y }`,
  );
  const [n, c, s] = [4, 3, 5];
  const x = normals(3, n * c * s);
  const dims = { x: [n, c, s], gamma: [c], beta: [c] };
  const running = {
    running_mean: Float32Array.from([0, 0.5, 9]),
    running_std: Float32Array.from([1, 0.1, 2]),
  };
  const feeds = { x, gamma: normals(4, c), beta: normals(5, c) };
  const statistics = Array.from({ length: c }, (_, channel) => {
    const own = [...x].filter((_, i) => Math.floor(i / s) % c === channel);
    const mean = own.reduce((a, b) => a + b) / own.length;
    const sigma = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length + 1e-5);
    const std = running.running_std[channel];
    const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);
    return { r: clamp(sigma / std, 1 / 3, 3), d: clamp((mean - running.running_mean[channel]) / std, -5, 5) };
  });
  const fixed = {
    r: Float32Array.from(statistics, (one) => one.r),
    d: Float32Array.from(statistics, (one) => one.d),
  };
  const want = backwardTrial({
    graph: constants,
    dims: { ...dims, r: [c], d: [c] },
    feeds: { ...feeds, ...fixed },
  });
  const got = oracle(
    backwardTrial({
      graph: stop,
      dims: { ...dims, running_mean: [c], running_std: [c] },
      feeds: { ...feeds, ...running },
    }),
  );
  // The constants were rounded to f32.
  const worst = worstGradient(want, Object.fromEntries(got));
  expect(worst.error, JSON.stringify(worst)).toBeLessThan(1e-6);
});

describe("on backward", () => {
  const text = `norm A {
    axes   N, C
    input  x[N, C]
    affine gamma[C] = 1
    state  seen[C] = 0
    on train { scale = 3 }
    on infer { scale = 2 }
    y = x * gamma * scale
    on backward {
      d_x = d_y * scale + seen
      half = 0.5
      seen <- seen + half * sum(d_y over N)
    }
    output y
  }`;
  const feeds = { x: [1, 2, 3, 4], d_y: [1, 1, 1, 2] };

  it("states a gradient, updates a state, and leaves the other gradients derived", () => {
    expect(gradients(text, { ...feeds, seen: [10, 20] }, 2, "train")).toEqual({
      d_x: [13, 23, 13, 26],
      d_gamma: [12, 30],
      seen: [11, 21.5],
    });
  });

  it("is nothing in infer", () => {
    expect(gradients(text, { ...feeds, gamma: [5, 6] }, 2, "infer")).toEqual({
      d_x: [10, 12, 10, 24],
      d_gamma: [8, 20],
    });
  });

  it("updates its states in every backward program", () => {
    const updated = compileBackward(graphIn(text, "train")).map(({ gradients: which, program }) => [
      which,
      program.tensors.find(({ name }) => name === "seen")?.updated,
    ]);
    expect(updated).toEqual([
      ["inputs", true],
      ["affines", true],
      ["all", true],
    ]);
  });

  it("is the formula of the paper for PowerNorm", () => {
    const graph = differentiate(graphOf("PowerNorm", "train"));
    const [n, c] = [5, 2];
    const [x, dy, gamma] = [normals(1, n * c), normals(2, n * c), normals(3, c)];
    const [square, nu] = [Float32Array.from([2, 0.3]), Float32Array.from([0.4, -1])];
    const got = oracle({
      graph,
      dims: { x: [n, c], d_y: [n, c], gamma: [c], running_square: [c], running_product: [c] },
      feeds: { x, d_y: dy, gamma, running_square: square, running_product: nu },
    });
    const momentum = Math.fround(0.1);
    for (let j = 0; j < c; j++) {
      const psi = Math.sqrt(square[j] + Math.fround(1e-5));
      const rows = Array.from({ length: n }, (_, i) => i * c + j);
      const hat = rows.map((i) => x[i] / psi);
      const d = rows.map((i) => dy[i] * gamma[j]);
      const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / n;
      for (const [k, i] of rows.entries()) {
        expect(got.get("d_x")?.[i]).toBeCloseTo((d[k] - nu[j] * hat[k]) / psi, 6);
      }
      const big = mean(hat.map((v) => v * v));
      const lambda = mean(hat.map((v, k) => v * d[k]));
      const next = nu[j] * (1 - momentum * big) + momentum * lambda;
      expect(got.get("running_product")?.[j]).toBeCloseTo(next, 6);
    }
  });

  it("has each result once in the graph of both passes", () => {
    const joined = joinGradients(graphIn(text, "train"));
    const names = joined.results.map((one) => one.tensor);
    expect(new Set(names).size).toBe(names.length);
  });
});
