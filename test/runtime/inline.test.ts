/** Norms inside another kernel: every element that the functions compute, against the oracle. */
import { afterAll, describe, expect, test } from "vitest";
import { fusedProduct, separateProduct } from "../../bench/products.ts";
import { compileInline } from "../../src/compile/compile-inline.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { InlineProgram } from "../../src/program/inline-program.ts";
import { createInline, type Inline } from "../../src/runtime/webgpu/create-inline.ts";
import { createNorm, type Norm } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { awkwardShapes, ownParams, randomTrial } from "../support/shapes.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

function inlineOf(graph: Graph): InlineProgram {
  const made = compileInline(graph);
  if ("reason" in made) throw new Error(made.reason);
  return made;
}

function create(device: GPUDevice, { graph, dims, params, dtype }: Trial, place: object = {}) {
  const options = { ...dims, ...params, dtype, ...(graph.mode === null ? {} : { mode: graph.mode }) };
  const load = async () => ({ inline: [inlineOf(graph)] });
  return createInline(device, [programOf(graph)], load, options, place);
}

/** Runs a kernel that stores what `call` gives for each position. */
async function storeAll(
  device: GPUDevice,
  inline: Inline<string, Norm | null>,
  trial: Trial,
  count: number,
  call: string,
): Promise<ArrayLike<number>> {
  const names = new Set([...Object.keys(inline.tensors), ...Object.keys(inline.statistics?.tensors ?? {})]);
  const all = { ...inline.statistics?.tensors, ...inline.tensors };
  const buffers = Object.fromEntries(
    [...names].map((name) => {
      const { bytes, dtype } = all[name]!;
      const feed = trial.feeds[name];
      const empty = feed === undefined || feed.length === 0;
      return [
        name,
        empty ? device.createBuffer({ size: bytes, usage: 0x84 }) : storedBuffer(device, feed, dtype),
      ];
    }),
  );
  const out = device.createBuffer({ size: Math.max(4, count * 4), usage: 0x84 });
  const code = `${inline.enables.map((one) => `enable ${one};\n`).join("")}${inline.wgsl}
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  if (at < ${count}u) { result[at] = ${call}; }
}`;
  const module = device.createShaderModule({ code });
  const own = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: 4, buffer: { type: "storage" } }],
  });
  const theirs = device.createBindGroupLayout({ entries: inline.layout });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [own, theirs] }),
    compute: { module, entryPoint: "main" },
  });
  const encoder = device.createCommandEncoder();
  const pick = (some: object) => Object.fromEntries(Object.keys(some).map((name) => [name, buffers[name]!]));
  inline.statistics?.encode(encoder, pick(inline.statistics.tensors));
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: own, entries: [{ binding: 0, resource: { buffer: out } }] }),
  );
  const bound = inline.bind(pick(inline.tensors) as Record<string, GPUBuffer>);
  pass.setBindGroup(1, device.createBindGroup({ layout: theirs, entries: bound }));
  pass.dispatchWorkgroups(Math.max(1, Math.ceil(count / 64)));
  pass.end();
  device.queue.submit([encoder.finish()]);
  return readBuffer(device, out, count, "f32");
}

function worst(got: ArrayLike<number>, want: Float64Array): number {
  return want.reduce(
    (most, value, i) => Math.max(most, Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
}

const windowed = "LocalResponseNorm";
const cases = libraryNorms().flatMap(({ name, graphs }) =>
  name === windowed ? [] : graphs.map((graph) => ({ name, mode: graph.mode, graph })),
);
const shape = awkwardShapes.find(({ name }) => name === "odd and prime")!;

/** Lavapipe takes ten times as long as SwiftShader to compile what it has not seen: one norm of each kind is enough there. */
const few = [
  "LayerNorm",
  "GroupNorm",
  "BatchNorm",
  "AddLayerNorm",
  "RMSNormRotary",
  "RMSNormQuant",
  "Softmax",
];

describe.each(devices)("on $name", ({ device }) => {
  const own = device === devices.at(-1)!.device ? cases : cases.filter(({ name }) => few.includes(name));

  test.each(own)("the outputs of $name $mode, element by element", async ({ graph }) => {
    const trial = randomTrial(graph, shape.extents, ownParams(graph, shape.params), 7);
    const inline = await create(device, trial, { group: 1, prefix: "norm_" });
    for (const [name, { at }] of Object.entries(inline.functions)) {
      const want = oracle(trial).get(name)!;
      expect(worst(await storeAll(device, inline, trial, want.length, `${at}(at)`), want), name).toBeLessThan(
        1e-5,
      );
    }
    inline.statistics?.destroy();
  });

  test.each(["f32", "f16"] as const)("rows of %s far from zero, by row and element", async (dtype) => {
    const graph = graphOf("LayerNorm");
    const trial = { ...randomTrial(graph, { N: [3], D: [67] }, {}, 5), dtype };
    const offset = dtype === "f32" ? 1e6 : 512;
    const x = trial.feeds.x!.map((one) => Math.fround(Math.round(one * 2) / 2 + offset));
    const gamma = trial.feeds.gamma!.map((one) => Math.round(one * 8) / 8);
    const beta = trial.feeds.beta!.map((one) => Math.round(one * 8) / 8);
    const far = { ...trial, feeds: { x, gamma, beta } };
    const inline = await create(device, far, { group: 1, binding: 2 });
    const { row, rows, rowLength } = inline.functions.y!;
    expect([rows, rowLength, row]).toEqual([
      3,
      67,
      { make: "layer_norm_y_row", at: "layer_norm_y_in", type: "layer_norm_y_Row" },
    ]);
    const call = `${row!.at}(${row!.make}(at / ${rowLength}u), at % ${rowLength}u)`;
    const want = oracle(far).get("y")!;
    expect(worst(await storeAll(device, inline, far, want.length, call), want)).toBeLessThan(1e-5);
    inline.statistics!.destroy();
  });
});

test("a matrix product that normalizes what it loads gives what the norm and the product give", async () => {
  const { device } = devices[0]!;
  const sizes = { t: 40, d: 48, m: 64 };
  const graph = graphOf("RMSNorm");
  const trial = randomTrial(graph, { T: [sizes.t], D: [sizes.d] }, {}, 3);
  const inline = await create(device, trial, { group: 1 });
  const norm = await createNorm(device, programOf(graph), { dims: trial.dims });
  const weights = Float32Array.from({ length: sizes.d * sizes.m }, (_, i) => Math.sin(i));
  const buffers = {
    x: storedBuffer(device, trial.feeds.x!, "f32"),
    gamma: storedBuffer(device, trial.feeds.gamma!, "f32"),
    statistics: inline.tensors.statistics!.createBuffer(),
    weights: storedBuffer(device, weights, "f32"),
  };
  const normalized = oracle(trial).get("y")!;
  const want = Float64Array.from({ length: sizes.t * sizes.m }, (_, at) => {
    const [row, column] = [Math.floor(at / sizes.m), at % sizes.m];
    let sum = 0;
    for (let i = 0; i < sizes.d; i++) sum += normalized[row * sizes.d + i]! * weights[i * sizes.m + column]!;
    return sum;
  });
  const products = [
    (result: GPUBuffer) => fusedProduct(device, sizes, inline, { ...buffers, result }),
    (result: GPUBuffer) => separateProduct(device, sizes, norm, { ...buffers, result }),
  ];
  const got: ArrayLike<number>[] = [];
  for (const make of products) {
    const result = device.createBuffer({ size: want.length * 4, usage: 0x84 });
    const { record } = await make(result);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    got.push(await readBuffer(device, result, want.length, "f32"));
  }
  for (const one of got) expect(worst(one, want)).toBeLessThan(1e-5);
  // The same operations in the same order: a product sees the very numbers that the norm would have written.
  expect(worst(got[0]!, Float64Array.from(got[1]!))).toBeLessThan(1e-6);
  norm.destroy();
  inline.statistics!.destroy();
});

test("a norm that needs a window at each element is refused, with the reason", async () => {
  const reason = "y needs a sum over a window of C at each of its elements";
  expect(compileInline(graphOf(windowed))).toEqual({ reason });
});

test("what is given wrongly", async () => {
  const { device } = devices[0]!;
  const graph = graphOf("RMSNorm");
  const trial = randomTrial(graph, { T: [2], D: [4] }, {}, 1);
  const inline = await create(device, trial);
  expect(() => inline.bind({} as never)).toThrow(expect.objectContaining({ code: "N502" }));
  const small = device.createBuffer({ size: 4, usage: 0x80 });
  expect(() => inline.bind({ x: small, gamma: small, statistics: small })).toThrow(
    expect.objectContaining({ code: "N506" }),
  );
  const none = async () => ({ inline: [null] });
  await expect(createInline(device, [programOf(graph)], none, trial.dims)).rejects.toMatchObject({
    code: "N533",
  });
  await expect(create(device, { ...trial, dtype: null as never })).rejects.toMatchObject({ code: "N514" });
  await expect(create(undefined as never, trial)).rejects.toMatchObject({ code: "N530" });
});

test.each<[string, object]>([
  ["N535", { prefix: "2nd" }],
  ["N535", { prefix: "a-b" }],
  ["N535", { prefix: "__a" }],
  ["N535", { prefix: "" }],
  ["N535", { prefix: 5 }],
  ["N535", { group: -1 }],
  ["N535", { group: 99 }],
  ["N535", { group: "1" }],
  ["N535", { binding: Number.NaN }],
  ["N501", { grp: 1 }],
])("a place that would be no WGSL: %s: %j", async (code, place) => {
  const graph = graphOf("RMSNorm");
  const trial = randomTrial(graph, { T: [2], D: [4] }, {}, 1);
  await expect(create(devices[0]!.device, trial, place)).rejects.toMatchObject({ code });
});
