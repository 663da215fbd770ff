/** Inputs and outputs of integers: each value as it is, rounded and saturated, and written beside others without harm. */
import { GPU } from "gpu.js";
import { afterAll, describe, expect, it } from "vitest";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { createGatherNorm } from "../../src/runtime/gpujs/index.ts";
import { createNorm, resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { worstDifference, worstOf } from "../support/compare.ts";
import { gatherProgramOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices, withLimits } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { checkText, graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

type Results = Readonly<Record<string, ArrayLike<number>>>;
type Run = (graph: Graph, dims: Dims, feeds: Feeds) => Promise<Results>;
type Dims = Readonly<Record<string, readonly number[]>>;
type Feeds = Readonly<Record<string, ArrayLike<number>>>;

const onDevice =
  (device: GPUDevice): Run =>
  async (graph, dims, feeds) => {
    const norm = await createNorm(device, programOf(graph), { dims });
    try {
      return await norm.run(feeds);
    } finally {
      norm.destroy();
    }
  };

const targets: readonly (readonly [string, Run])[] = [
  ["the oracle", async (graph, dims, feeds) => oracleOf(graph, dims, feeds)],
  ...devices.map(({ name, device }) => [name, onDevice(device)] as const),
  ...nodeBackends.map((backend) => {
    const run: Run = async (graph, dims, feeds) => {
      const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graph), { dims });
      return norm.run(feeds).finally(() => norm.destroy());
    };
    return [backend, run] as const;
  }),
];

function oracleOf(graph: Graph, dims: Dims, feeds: Feeds): Results {
  const { factors: extents, params } = resolveShapes(graph, dims, {});
  return Object.fromEntries(interpret(graph, { extents, params, tensors: new Map(Object.entries(feeds)) }));
}

function norm(body: string): Graph {
  return checkText({ path: "", text: `norm A {\n${body}\n}` })[0]!.graphs[0]!;
}

const written = norm(`axes N input x[N] y = x z = x v = x w = x output y: i8, z: u8, v: i32, w: u32`);
const read = norm(`axes N input a[N]: i8, b[N]: u8, c[N]: i32, d[N]: u32
  y = a z = b v = c w = d output y, z, v, w`);

/** A value, and what becomes of it as i8, u8, i32 and u32. */
const rounded: readonly (readonly [number, number, number, number, number])[] = [
  [0.5, 0, 0, 0, 0],
  [1.5, 2, 2, 2, 2],
  [2.5, 2, 2, 2, 2],
  [-0.5, 0, 0, 0, 0],
  [-1.5, -2, 0, -2, 0],
  [-2.5, -2, 0, -2, 0],
  [0.49999997, 0, 0, 0, 0],
  [0.50000006, 1, 1, 1, 1],
  [-7.3, -7, 0, -7, 0],
  [126.5, 126, 126, 126, 126],
  [127.5, 127, 128, 128, 128],
  [128, 127, 128, 128, 128],
  [-128.5, -128, 0, -128, 0],
  [-129, -128, 0, -129, 0],
  [254.5, 127, 254, 254, 254],
  [255.5, 127, 255, 256, 256],
  [1e9, 127, 255, 1e9, 1e9],
  [-1e9, -128, 0, -1e9, 0],
  [2147483520, 127, 255, 2147483520, 2147483520],
  [2147483648, 127, 255, 2147483647, 2147483648],
  [-2147483648, -128, 0, -2147483648, 0],
  [-3e9, -128, 0, -2147483648, 0],
  [4294967040, 127, 255, 2147483647, 4294967040],
  [4294967296, 127, 255, 2147483647, 4294967295],
  [3e38, 127, 255, 2147483647, 4294967295],
  [1e-40, 0, 0, 0, 0],
  [Number.POSITIVE_INFINITY, 127, 255, 2147483647, 4294967295],
  [Number.NEGATIVE_INFINITY, -128, 0, -2147483648, 0],
  [Number.NaN, 0, 0, 0, 0],
];

// By fours and one by one: with 28 elements and with 29.
describe.each(targets)("on %s", (_, run) => {
  it.each([28, 29])("%i values are rounded, ties to even, and saturate", async (length) => {
    const some = rounded.slice(-length);
    const got = await run(written, { x: [length] }, { x: Float32Array.from(some, ([value]) => value) });
    for (const [i, name] of ["y", "z", "v", "w"].entries()) {
      expect(Array.from(got[name]!), name).toEqual(some.map((one) => one[i + 1]!));
    }
  });

  it.each([256, 255])("%i integers are read as what they are", async (length) => {
    const all = Array.from({ length }, (_, i) => i);
    const large = all.map((i) => (i % 2 === 0 ? 2 ** 24 - i : i * 65536));
    const got = await run(read, Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, [length]])), {
      a: Int8Array.from(all, (i) => i - 128),
      b: Uint8Array.from(all),
      c: Int32Array.from(large, (one) => -one),
      d: Uint32Array.from(large),
    });
    expect(Array.from(got.y!)).toEqual(all.map((i) => i - 128));
    expect(Array.from(got.z!)).toEqual(all);
    expect(Array.from(got.v!, (one) => -one + 0)).toEqual(large);
    expect(Array.from(got.w!)).toEqual(large);
  });
});

describe("in the runtimes", () => {
  it.each(targets.slice(1))("%s gives arrays of the element type", async (_, run) => {
    const got = await run(written, { x: [3] }, { x: [1, 2, 300] });
    expect(got).toEqual({
      y: Int8Array.of(1, 2, 127),
      z: Uint8Array.of(1, 2, 255),
      v: Int32Array.of(1, 2, 300),
      w: Uint32Array.of(1, 2, 300),
    });
  });

  it.each(targets.slice(1))("%s rounds numbers that it is fed", async (_, run) => {
    const dims = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, [5]]));
    const some = [1.5, -1.5, 300, -300, Number.NaN];
    const got = await run(read, dims, { a: some, b: some, c: some, d: some });
    expect(Array.from(got.y!)).toEqual([2, -2, 127, -128, 0]);
    expect(Array.from(got.z!)).toEqual([2, 0, 255, 0, 0]);
    expect(Array.from(got.v!)).toEqual([2, -2, 300, -300, 0]);
    expect(Array.from(got.w!)).toEqual([2, 0, 300, 0, 0]);
  });
});

describe.each(devices)("bytes on $name", ({ device }) => {
  // Rows of three and seven: most words hold the end of one row and the beginning of the next.
  it.each([
    [5, 3],
    [9, 7],
    [64, 129],
    [3, 8],
  ])("%i rows of %i overwrite what was there, and nothing behind", async (rows, length) => {
    const graph = norm(`axes N, D input x[N, D] y = x - max(x over D) output y: i8`);
    const count = rows * length;
    const x = Float32Array.from({ length: count }, (_, i) => (i * 37) % 101);
    const buffers = {
      x: storedBuffer(device, x, "f32"),
      y: storedBuffer(device, new Uint8Array(count + 9).fill(0xa5), "u8"),
    };
    const made = await createNorm(device, programOf(graph), { dims: { x: [rows, length] } });
    // Twice: the second run finds the results of the first.
    for (let i = 0; i < 2; i++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      made.encode(pass, buffers);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    const bytes = await readBuffer(device, buffers.y, count + 9, "u8");
    made.destroy();
    for (const one of Object.values(buffers)) one.destroy();
    const want = oracleOf(graph, { x: [rows, length] }, { x }).y!;
    expect([...Int8Array.from(bytes.slice(0, count))]).toEqual(Array.from(want));
    expect([...bytes.slice(count)]).toEqual(new Array(9).fill(0xa5));
  });

  it.each([600, 601])("%i in several bindings", async (length) => {
    const limited = withLimits(device, { maxStorageBufferBindingSize: 300 });
    const graph = norm(`axes N input x[N]: i8, w[N]: u8 y = x - w output y: i8`);
    const x = Float32Array.from({ length }, (_, i) => ((i * 31) % 256) - 128);
    const w = Float32Array.from({ length }, (_, i) => (i * 29) % 256);
    const trial = { graph, dims: { x: [length], w: [length] }, feeds: { x, w } };
    expect((await worstDifference(limited, trial)).error).toBe(0);
  });

  it.each([8, 9])("%i of each in a pack of small operands", async (length) => {
    const graph = norm(`axes D, N = 2
      input x[N, D], a[D]: i8, b[D]: u8, c[D]: i32, d[D]: u32
      y = x * a + b + c * x - d  output y`);
    const limited = withLimits(device, { maxStorageBuffersPerShaderStage: 3 });
    const few = (name: number) => Float32Array.from({ length }, (_, i) => ((i + name) * 7) % 100);
    const feeds = { x: normals(3, 2 * length), a: few(1), b: few(2), c: few(3), d: few(4) };
    const dims = Object.fromEntries(Object.entries(feeds).map(([name]) => [name, [length]]));
    const trial = { graph, dims: { ...dims, x: [2, length] }, feeds };
    expect((await worstDifference(limited, trial)).error).toBeLessThanOrEqual(1e-5);
  });
});

describe("labels and masks", () => {
  const graph = norm(`axes N, Classes = 3, D
    input  x[N, D], label[N]: i32, mask[N, D]: u8
    affine gamma[Classes, D] = 1
    own = sum(gamma * (label == index(Classes)) over Classes)
    n = sum(mask over D)
    m = sum(x * mask over D) / n
    v = sum((x - m)^2 * mask over D) / n
    y = (x - m) * rsqrt(v + 1e-5) * own * mask
    output y`);
  const trial = {
    graph,
    dims: { x: [6, 20], label: [6], mask: [6, 20], gamma: [3, 20] },
    feeds: {
      x: normals(7, 120),
      label: Float32Array.of(0, 2, 1, 2, 7, -1),
      mask: Float32Array.from({ length: 120 }, (_, i) => (i % 3 === 0 ? 0 : 1)),
      gamma: normals(8, 60),
    },
  };

  it.each(devices)("on $name", async ({ device }) => {
    expect((await worstDifference(device, trial)).error).toBeLessThanOrEqual(1e-5);
  });

  it.each(nodeBackends)("on %s", async (backend) => {
    expect(worstOf(await runOnGpuJs(trial, backend), trial).error).toBeLessThanOrEqual(1e-5);
  });
});

describe.each(["RMSNormQuant", "LayerNormQuant"])("%s", (name) => {
  const graph = graphOf(name);
  const plain = graphOf(name.replace("Quant", ""));

  it.each([
    [7, 64],
    [7, 67],
    [1, 30_000],
    [300, 5],
  ])("%i tokens of %i lie within half a step of the norm, and reach 127", (tokens, length) => {
    const x = normals(9, tokens * length, 3);
    const gamma = normals(10, length, 1);
    const dims = { x: [tokens, length], gamma: [length] };
    const { q, scale } = oracleOf(graph, dims, { x, gamma });
    const { y } = oracleOf(plain, dims, { x, gamma });
    for (let t = 0; t < tokens; t++) {
      let most = 0;
      for (let i = t * length; i < (t + 1) * length; i++) {
        most = Math.max(most, Math.abs(q![i]!));
        expect(Math.abs(y![i]! - q![i]! * scale![t]!)).toBeLessThanOrEqual(0.5 * scale![t]! * (1 + 1e-9));
      }
      expect(most).toBe(127);
    }
  });

  it.each(targets)("gives zeros for tokens of zeros and of NaN on %s", async (_, run) => {
    const x = new Float32Array(20);
    x[12] = Number.NaN;
    const { q, scale } = await run(graph, { x: [2, 10] }, { x });
    expect(Array.from(q!)).toEqual(new Array(20).fill(0));
    expect(Array.from(scale!)).toEqual([0, Number.NaN]);
  });
});
