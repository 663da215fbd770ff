import { programFormat } from "../../src/program/format.ts";
import type { Program } from "../../src/runtime/webgpu/index.ts";

/**
 * Written by hand, as the compiler would: y = (x - mean(x over K, ...S)) * scale * gamma, per sample and group, and
 * the running sum of the means of each group over all calls. Two kernels with a scratch tensor between them.
 */
export const centered: Program = {
  format: programFormat,
  norm: "Centered",
  mode: null,
  axes: [
    { name: "N", variadic: false, factors: [{ name: "N", extent: null }] },
    {
      name: "C",
      variadic: false,
      factors: [
        { name: "G", extent: { param: "G" } },
        { name: "K", extent: null },
      ],
    },
    { name: "S", variadic: true, factors: [{ name: "S", extent: null }] },
  ],
  params: [
    { name: "G", initial: 2, kind: "extent" },
    { name: "scale", initial: 1, kind: "number" },
  ],
  tensors: [
    { name: "x", role: "input", dims: ["N", "C", "S"] },
    { name: "gamma", role: "affine", dims: ["C"], initial: 1 },
    { name: "total", role: "state", dims: ["G"], initial: 0, updated: true },
    { name: "m", role: "scratch", dims: ["N", "G"] },
    { name: "y", role: "output", dims: ["N", "C", "S"] },
  ],
  kernels: [
    {
      name: "means",
      shaders: [
        {
          vector: null,
          together: 1,
          held: 0,
          exchanges: false,
          wgsl: `
override N: u32;
override G: u32;
override K: u32;
override S: u32;
override lanes: u32;
override rows: u32;
var<workgroup> partial: array<f32, lanes * rows>;

@compute @workgroup_size(lanes, rows)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) count: vec3u,
        @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.x + wid.y * count.x) * rows + lid.y;
  let length = K * S;
  var sum = 0.0;
  if (row < N * G) {
    for (var i = lid.x; i < length; i += lanes) { sum += x_at(row * length + i); }
  }
  partial[lid.y * lanes + lid.x] = sum;
  workgroupBarrier();
  if (lid.x == 0u && row < N * G) {
    var all = 0.0;
    for (var i = 0u; i < lanes; i++) { all += partial[lid.y * lanes + i]; }
    m_put(row, all / f32(length));
  }
}
`,
          bindings: [
            { tensor: "x", access: "read", name: "x", accessors: { at: "x_at" } },
            { tensor: "m", access: "read_write", name: "m", accessors: { put: "m_put" } },
          ],
          constants: [
            { name: "N", kind: "extent", factor: "N" },
            { name: "G", kind: "extent", factor: "G" },
            { name: "K", kind: "extent", factor: "K" },
            { name: "S", kind: "extent", factor: "S" },
            { name: "lanes", kind: "lanes" },
            { name: "rows", kind: "rows" },
          ],
        },
      ],
      split: null,
      chunked: [],
      supports: { held: 0, together: 1, split: false },
      grid: ["N", "G"],
      row: ["K", "S"],
    },
    {
      name: "apply",
      shaders: [
        {
          vector: null,
          together: 1,
          held: 0,
          exchanges: false,
          wgsl: `
override N: u32;
override G: u32;
override K: u32;
override S: u32;
override scale: f32;
override lanes: u32;
override rows: u32;

@compute @workgroup_size(lanes, rows)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) count: vec3u,
        @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.x + wid.y * count.x) * rows + lid.y;
  if (lid.x > 0u || i >= N * G * K * S) { return; }
  let c = i / S % (G * K);
  y_put(i, (x_at(i) - m_at(i / (K * S))) * scale * gamma_at(c));
}
`,
          bindings: [
            { tensor: "x", access: "read", name: "x", accessors: { at: "x_at" } },
            { tensor: "gamma", access: "read", name: "gamma", accessors: { at: "gamma_at" } },
            { tensor: "m", access: "read", name: "m", accessors: { at: "m_at" } },
            { tensor: "y", access: "read_write", name: "y", accessors: { put: "y_put" } },
          ],
          constants: [
            { name: "N", kind: "extent", factor: "N" },
            { name: "G", kind: "extent", factor: "G" },
            { name: "K", kind: "extent", factor: "K" },
            { name: "S", kind: "extent", factor: "S" },
            { name: "scale", kind: "param", param: "scale" },
            { name: "lanes", kind: "lanes" },
            { name: "rows", kind: "rows" },
          ],
        },
      ],
      split: null,
      chunked: [],
      supports: { held: 0, together: 1, split: false },
      grid: ["N", "G", "K", "S"],
      row: [],
    },
    {
      name: "count",
      shaders: [
        {
          vector: null,
          together: 1,
          held: 0,
          exchanges: false,
          wgsl: `
override N: u32;
override G: u32;
override lanes: u32;
override rows: u32;

@compute @workgroup_size(lanes, rows)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) count: vec3u,
        @builtin(local_invocation_id) lid: vec3u) {
  let g = (wid.x + wid.y * count.x) * rows + lid.y;
  if (lid.x > 0u || g >= G) { return; }
  var sum = total_at(g);
  for (var n = 0u; n < N; n++) { sum += m_at(n * G + g); }
  total_put(g, sum);
}
`,
          bindings: [
            { tensor: "m", access: "read", name: "m", accessors: { at: "m_at" } },
            {
              tensor: "total",
              access: "read_write",
              name: "total",
              accessors: { at: "total_at", put: "total_put" },
            },
          ],
          constants: [
            { name: "N", kind: "extent", factor: "N" },
            { name: "G", kind: "extent", factor: "G" },
            { name: "lanes", kind: "lanes" },
            { name: "rows", kind: "rows" },
          ],
        },
      ],
      split: null,
      chunked: [],
      supports: { held: 0, together: 1, split: false },
      grid: ["G"],
      row: ["N"],
    },
  ],
};

/** The same in float64. */
export function centeredOracle(
  x: ArrayLike<number>,
  dims: readonly number[],
  groups: number,
  scale = 1,
  gamma?: ArrayLike<number>,
): { y: number[]; means: number[] } {
  const [n, c] = dims as [number, number];
  const s = dims.slice(2).reduce((a, b) => a * b, 1);
  const length = (c / groups) * s;
  const means = Array.from({ length: n * groups }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += x[row * length + i]!;
    return sum / length;
  });
  const y = Array.from(x, (value, i) => {
    const channel = Math.floor(i / s) % c;
    return (value - means[Math.floor(i / length)]!) * scale * (gamma?.[channel] ?? 1);
  });
  return { y, means };
}
