/** SpectralNorm: the iteration finds the largest singular value, and the gradient takes the singular vectors as constants. */
import { expect, it } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { oracle } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const graph = graphOf("SpectralNorm", "train");
const dims = { w: [3, 4], u: [3], v: [4] };

it("after some steps the norm of the weight is 1, whatever its scale", () => {
  // w = 5·p·qᵀ + 2·r·sᵀ with orthonormal pairs: its singular values are 5 and 2.
  const p = [2 / 3, 2 / 3, 1 / 3];
  const q = [0.5, 0.5, 0.5, 0.5];
  const r = [2 / 3, -1 / 3, -2 / 3];
  const s = [0.5, -0.5, 0.5, -0.5];
  const at = (i: number): number => 5 * p[Math.floor(i / 4)] * q[i % 4] + 2 * r[Math.floor(i / 4)] * s[i % 4];
  const w = Float32Array.from({ length: 12 }, (_, i) => at(i));
  let states: { u: Float32Array; v: Float32Array } = { u: normals(1, 3), v: normals(2, 4) };
  let y: ArrayLike<number> = [];
  for (let step = 0; step < 12; step++) {
    const made = oracle({ graph, dims, feeds: { w, ...states } });
    states = { u: Float32Array.from(made.get("u")!), v: Float32Array.from(made.get("v")!) };
    y = made.get("y")!;
  }
  // (2 / 5)^24 is left of the second vector; the feeds are f32.
  for (const [i, value] of w.entries()) expect(y[i]).toBeCloseTo(value / 5, 6);
});

it("the gradient is d_y / σ − a·bᵀ Σ d_y·w / σ², as in PyTorch", () => {
  const [w, d_y, u, v] = [normals(1, 12), normals(2, 12), normals(3, 3), normals(4, 4)];
  const made = oracle({ graph, dims, feeds: { w, u, v } });
  const [a, b] = [made.get("u")!, made.get("v")!];
  const outer = (i: number): number => a[Math.floor(i / 4)] * b[i % 4];
  const sigma = w.reduce((sum, one, i) => sum + one * outer(i), 0);
  const product = w.reduce((sum, one, i) => sum + one * d_y[i], 0);
  const backward = differentiate(graph);
  const got = oracle({
    graph: backward,
    dims: { w: dims.w, u: dims.u, d_y: dims.w },
    feeds: { w, u, d_y },
  }).get("d_w")!;
  for (const [i, one] of d_y.entries()) {
    expect(got[i]).toBeCloseTo(one / sigma - (outer(i) * product) / sigma ** 2, 10);
  }
});
