/** What people reach for around `encode`: tensors, encoders, `using`, halves, requirements, pipelines ahead of time. */
import { afterAll, describe, expect, test } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import {
  createFromOptions,
  createNorm,
  type Norm,
  prepare,
  requirements,
} from "../../src/runtime/webgpu/index.ts";
import { createTuned } from "../../src/tuning/background/background.ts";
import { closeTestDevices, openTestDevices, overridden, withLimits } from "../support/device.ts";
import { graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const { program } = compileGraph(graphOf("LayerNorm"));
const LayerNorm = {
  create: (device: GPUDevice, options: object): Promise<Norm> =>
    createFromOptions(device, [program], options),
};
const { device } = devices[0]!;

async function read(from: GPUBuffer): Promise<Float32Array> {
  const copy = device.createBuffer({ size: from.size, usage: 0x9 });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, copy, 0, from.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  return new Float32Array(copy.getMappedRange().slice(0));
}

/** Counts the calls of one method of the device. */
function counting(method: "createBindGroup" | "createComputePipelineAsync") {
  const calls = { count: 0 };
  const original = device[method].bind(device) as (descriptor: never) => unknown;
  const counted = overridden(device, {
    [method]: (descriptor: never) => {
      calls.count++;
      return original(descriptor);
    },
  });
  return { device: counted, calls };
}

const row = Float32Array.of(1, 2, 3, 6);
/** (x - 3) / sqrt(3.5 + eps), in float64. */
const normalized = [...row].map((x) => (x - 3) / Math.sqrt(3.5 + 1e-5));

test("a norm says what its buffers have to be, makes them, and records into a command encoder", async () => {
  using norm = await LayerNorm.create(device, { x: [1, 4], dtype: { gamma: "f16" } });
  const { x, gamma, y } = norm.tensors;
  expect([x!.bytes, gamma!.bytes, y!.bytes]).toEqual([16, 8, 16]);
  expect(x).toMatchObject({ dims: [1, 4], dtype: "f32", usage: 0x80 });
  expect(gamma).toMatchObject({ dims: [4], dtype: "f16" });
  expect(Object.keys(norm.tensors)).toEqual(["x", "gamma", "beta", "y"]);
  const buffers = { x: x!.createBuffer(), y: y!.createBuffer() };
  expect(y!.createBuffer(0).usage).toBe(0x80);
  device.queue.writeBuffer(buffers.x, 0, row);
  const encoder = device.createCommandEncoder();
  norm.encode(encoder, buffers);
  // The pass has been ended, so another one can begin.
  const pass = encoder.beginComputePass();
  norm.encode(pass, { ...buffers, x: buffers.y, y: y!.createBuffer() });
  pass.end();
  device.queue.submit([encoder.finish()]);
  for (const [i, value] of (await read(buffers.y)).entries()) expect(value).toBeCloseTo(normalized[i]!, 5);
});

test("what is neither a pass nor an encoder, and an encoder with wrong buffers", async () => {
  using norm = await LayerNorm.create(device, { x: [1, 4] });
  const buffers = { x: norm.tensors.x!.createBuffer(), y: norm.tensors.y!.createBuffer() };
  for (const target of [undefined, null, {}, device]) {
    expect(() => norm.encode(target as never, buffers)).toThrow(
      expect.objectContaining({ code: "N531", message: expect.stringMatching(/^expected a GPUComputePass/) }),
    );
  }
  const encoder = device.createCommandEncoder();
  expect(() => norm.encode(encoder, { x: buffers.x })).toThrow(expect.objectContaining({ code: "N502" }));
  // Nothing was begun on it.
  expect(() => encoder.finish()).not.toThrow();
});

test("extents of a call are refused where none is open, also with buffers that were seen before", async () => {
  const tune = { read: async () => "", write: async () => {} };
  for (const options of [{}, { tune }]) {
    using norm = await LayerNorm.create(device, { x: [1, 4], ...options });
    const buffers = { x: norm.tensors.x!.createBuffer(), y: norm.tensors.y!.createBuffer() };
    const encoder = device.createCommandEncoder();
    norm.encode(encoder, buffers);
    const error = { code: "N501", message: '"N" is not an open axis of this norm: it has none' };
    const extents = { N: 1 } as never;
    expect(() => norm.encode(encoder, buffers, extents)).toThrow(expect.objectContaining(error));
    await expect(norm.run({ x: row }, extents)).rejects.toMatchObject(error);
  }
});

test.each([undefined, null, "x", {}, Promise.resolve(device)])("create(%s) is N530", async (wrong) => {
  const error = { code: "N530", message: expect.stringMatching(/^expected a GPUDevice, given /) };
  const dims = { x: [1, 4] };
  await expect(LayerNorm.create(wrong as never, dims)).rejects.toMatchObject(error);
  await expect(createNorm(wrong as never, program, { dims })).rejects.toMatchObject(error);
  await expect(createTuned(wrong as never, program, { dims })).rejects.toMatchObject(error);
});

test("create(undefined) says that a device is missing, not a dim", async () => {
  await expect((LayerNorm.create as (...none: never[]) => unknown)()).rejects.toMatchObject({ code: "N530" });
});

test.each<[string, object]>([
  ["N522", { inPlace: true }],
  ["N522", { inPlace: "y" }],
  ["N522", { inPlace: ["y", "x"] }],
  ["N514", { tune: true }],
  ["N514", { tune: "yes" }],
  ["N514", { tune: new Map() }],
])("options that have another form: %s: %j", async (code, options) => {
  await expect(LayerNorm.create(device, { x: [1, 4], ...options })).rejects.toMatchObject({ code });
});

test("`using` destroys, also a norm that is tuned", async () => {
  let kept: Norm;
  {
    using norm = await LayerNorm.create(device, {
      x: [1, 4],
      tune: { read: async () => "", write: async () => {} },
    });
    kept = norm;
    expect("tuning" in norm).toBe(true);
  }
  await expect(kept.run({ x: row })).rejects.toMatchObject({ code: "N534" });
});

describe.each(devices)("f16 on $name", ({ device: other }) => {
  test("goes in and comes out as a Float16Array", async () => {
    using norm = await LayerNorm.create(other, { x: [1, 4], dtype: "f16" });
    const halves = Float16Array.from(row);
    const { y } = await norm.run({
      x: halves,
      gamma: new Float16Array(Uint16Array.of(0, 0x3c00, 0x3c00, 0x3c00, 0x3c00).buffer, 2, 4),
    });
    expect(y).toBeInstanceOf(Float16Array);
    expect([...y!]).toEqual(normalized.map((one) => fromHalf(toHalf(one))));
    expect([...(await norm.run({ x: [...row] })).y!]).toEqual([...y!]);
  });
});

test("48 layers on one instance make their bind groups once", async () => {
  const { device: counted, calls } = counting("createBindGroup");
  using norm = await LayerNorm.create(counted, { x: [2, 4] });
  const { x, gamma, beta, y } = norm.tensors;
  const streams = [0, 1, 2].map(() => ({ x: x!.createBuffer(), y: y!.createBuffer() }));
  const layers = Array.from({ length: 48 }, () => ({
    gamma: gamma!.createBuffer(),
    beta: beta!.createBuffer(),
  }));
  const encodeAll = (): void => {
    const encoder = device.createCommandEncoder();
    for (const stream of streams) for (const layer of layers) norm.encode(encoder, { ...stream, ...layer });
    encoder.finish();
  };
  encodeAll();
  expect(calls.count).toBe(48 * 3);
  encodeAll();
  expect(calls.count).toBe(48 * 3);
  // A set seen before does not hide a wrong name or an unusable buffer.
  const set = { ...streams[0]!, ...layers[0]! };
  const encoder = device.createCommandEncoder();
  expect(() => norm.encode(encoder, { ...set, gama: set.gamma })).toThrow(
    expect.objectContaining({ code: "N501" }),
  );
  expect(() => norm.encode(encoder, { ...set, gamma: null as never })).toThrow(
    expect.objectContaining({ code: "N514" }),
  );
});

describe("prepare", () => {
  test("compiles what later create needs, side by side, and reports progress", async () => {
    const { device: counted, calls } = counting("createComputePipelineAsync");
    const list = [
      [LayerNorm, { x: [3, 52] }],
      [LayerNorm, { x: [5, 128], dtype: "f16" }],
      [LayerNorm, { x: [7, 36], eps: 0.25 }],
    ] as const;
    const progress: number[][] = [];
    await prepare(counted, list, { onProgress: (...one) => progress.push(one) });
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    const compiled = calls.count;
    expect(compiled).toBeGreaterThanOrEqual(3);
    for (const [norm, options] of list) (await norm.create(counted, options)).destroy();
    expect(calls.count).toBe(compiled);
  });

  test("its errors say which norm, and the others are ready", async () => {
    const { device: counted, calls } = counting("createComputePipelineAsync");
    const wrong = prepare(counted, [
      [LayerNorm, { x: [3], gamma: [4] }],
      [LayerNorm, { x: [3, 60] }],
    ]);
    await expect(wrong).rejects.toMatchObject({
      code: "N503",
      message: expect.stringMatching(/^norm 1 of the list, create\(\{"x":\[3\],"gamma":\[4\]\}\): axis D/),
    });
    const compiled = calls.count;
    await LayerNorm.create(counted, { x: [3, 60] });
    expect(calls.count).toBe(compiled);
    const missing = prepare(counted, [[LayerNorm, { x: [3, 4] }, "createSaving"]] as never);
    await expect(missing).rejects.toMatchObject({ code: "N532" });
  });
});

const entry = [LayerNorm, { x: [3, 4] }] as const;

test.each<[string, unknown]>([
  ["no list", undefined],
  ["a device", device],
  ["an entry without its list", entry],
  ["a norm without its options", [LayerNorm]],
  ["a hole", [null]],
  ["no norm", [[undefined, { x: [3, 4] }]]],
  ["a function that is none of the three", [[LayerNorm, { x: [3, 4] }, "createInline"]]],
])("a list of norms that is %s: N532", async (_, list) => {
  await expect(prepare(device, list as never)).rejects.toMatchObject({ code: "N532" });
  await expect(requirements(device, list as never)).rejects.toMatchObject({ code: "N532" });
});

test.each([undefined, null])("requirements of the adapter %s: N530", async (adapter) => {
  await expect(requirements(adapter as never, [])).rejects.toMatchObject({ code: "N530" });
});

describe("requirements", () => {
  const facts = (names: readonly string[], limits = device.limits) => ({
    features: new Set(names) as unknown as GPUSupportedFeatures,
    limits,
    info: device.adapterInfo,
  });

  test("asks for the features that are there and of use", async () => {
    const halves = [[LayerNorm, { x: [8, 768], dtype: "f16" }]] as const;
    const floats = [[LayerNorm, { x: [8, 768] }]] as const;
    const all = facts(["shader-f16", "subgroups", "timestamp-query"]);
    expect((await requirements(all, halves)).requiredFeatures.sort()).toEqual(["shader-f16", "subgroups"]);
    expect(await requirements(all, floats)).toEqual({ requiredFeatures: ["subgroups"], requiredLimits: {} });
    expect((await requirements(facts([]), halves)).requiredFeatures).toEqual([]);
  });

  test("asks for limits that the sizes need, and for no more than there is", async () => {
    const large = [[LayerNorm, { x: [2 ** 17 + 1, 512] }]] as const;
    const bytes = (2 ** 17 + 1) * 2048;
    const { limits } = withLimits(device, { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 });
    expect((await requirements(facts([], limits), large)).requiredLimits).toEqual({
      maxBufferSize: bytes,
      maxStorageBufferBindingSize: bytes,
    });
    const small = withLimits(device, { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 27 }).limits;
    expect((await requirements(facts([], small), large)).requiredLimits).toEqual({ maxBufferSize: bytes });
    const least = withLimits(device, { maxBufferSize: 2 ** 28 }).limits;
    await expect(requirements(facts([], least), large)).rejects.toMatchObject({ code: "N508" });
  });
});
