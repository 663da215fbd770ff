import { afterAll, describe, expect, test } from "vitest";
import { type ChooseVariant, createNorm, NormError, type Program } from "../../src/runtime/webgpu/index.ts";
import { openDevice } from "../../src/tools/device/index.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { laneARow } from "../support/variants.ts";
import { centered, centeredOracle } from "./programs.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

test("there is a device to test on", () => {
  expect(devices.length).toBeGreaterThan(0);
});

function ramp(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7) * 3 + 0.5);
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `element ${i}`).toBeLessThanOrEqual(tolerance);
  }
}

describe.each(devices)("$name", ({ device }) => {
  test.each([[[2, 4, 3, 5]], [[1, 2]], [[3, 4, 1]], [[2, 6, 70]], [[5, 2, 33, 31]], [[2, 2, 0]]])(
    "a norm over dims %j",
    async (dims) => {
      const x = ramp(dims.reduce((a, b) => a * b, 1));
      const norm = await createNorm(device, centered, { dims: { x: dims }, params: { scale: 0.5 } });
      const { y, total } = await norm.run({ x });
      const oracle = centeredOracle(x, dims, 2, 0.5);
      expectClose(y!, oracle.y);
      if (x.length > 0) {
        const totals = [0, 1].map((g) =>
          oracle.means.reduce((sum, m, row) => (row % 2 === g ? sum + m : sum), 0),
        );
        expectClose(total!, totals);
      }
      expect(norm.dims.get("y")).toEqual(dims);
      norm.destroy();
    },
  );

  test("an axis of extent 0 gives empty results", async () => {
    const norm = await createNorm(device, centered, { dims: { x: [0, 4, 3] } });
    const { y, total } = await norm.run({ x: [], total: [1, 2] });
    expect(y).toHaveLength(0);
    expect([...total!]).toEqual([1, 2]);
  });

  test("an affine and a state are taken from the feeds", async () => {
    const dims = [2, 4, 3];
    const x = ramp(24);
    const gamma = [1, 2, 3, 4];
    const norm = await createNorm(device, centered, { dims: { x: dims, gamma: [4] } });
    const { y, total } = await norm.run({ x, gamma, total: [10, 20] });
    const oracle = centeredOracle(x, dims, 2, 1, gamma);
    expectClose(y!, oracle.y);
    const [a, b, c, d] = oracle.means as [number, number, number, number];
    expectClose(total!, [10 + a + c, 20 + b + d]);
  });

  test("encode works on the caller's buffers, and in the second call too", async () => {
    const dims = [2, 4, 3];
    const norm = await createNorm(device, centered, { dims: { x: dims } });
    const make = (bytes: number, extra = 0): GPUBuffer =>
      device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | extra });
    const x = make(96);
    const total = make(8, GPUBufferUsage.COPY_SRC);
    const y = make(1024, GPUBufferUsage.COPY_SRC);
    const values = ramp(24);
    device.queue.writeBuffer(x, 0, values);
    const read = device.createBuffer({
      size: 96 + 8,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    norm.encode(pass, { x, y, total });
    norm.encode(pass, { x, y, total });
    pass.end();
    encoder.copyBufferToBuffer(y, 0, read, 0, 96);
    encoder.copyBufferToBuffer(total, 0, read, 96, 8);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const got = new Float32Array(read.getMappedRange().slice(0));
    const oracle = centeredOracle(values, dims, 2);
    expectClose(got.subarray(0, 24), oracle.y);
    const [a, b, c, d] = oracle.means as [number, number, number, number];
    expectClose(got.subarray(24), [2 * (a + c), 2 * (b + d)]);
    for (const buffer of [x, y, total, read]) buffer.destroy();
    norm.destroy();
  });

  test("buffers that do not fit are refused by name", async () => {
    const norm = await createNorm(device, centered, { dims: { x: [1, 4, 3] } });
    const buffer = (size: number, usage = GPUBufferUsage.STORAGE): GPUBuffer =>
      device.createBuffer({ size, usage });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const good = { x: buffer(48), y: buffer(48), total: buffer(8) };
    const refusal = (given: Record<string, GPUBuffer | undefined>): unknown => {
      try {
        norm.encode(pass, given);
      } catch (error) {
        return error instanceof NormError ? `${error.code} ${error.message}` : error;
      }
      return "accepted";
    };
    expect(refusal(good)).toBe("accepted");
    expect(refusal({ ...good, x: buffer(44) })).toBe(
      "N506 tensor x: expected a buffer of 48 bytes, given 44",
    );
    expect(refusal({ ...good, y: good.x })).toMatch(
      /^N514 one buffer is given for x and for y, which is written/,
    );
    expect(refusal({ ...good, x: buffer(48, GPUBufferUsage.COPY_DST) })).toMatch(/^N514 tensor x: .*STORAGE/);
    expect(refusal({ ...good, total: undefined })).toBe("N502 the buffer of state total is missing");
    expect(refusal({ ...good, z: good.x })).toMatch(
      /^N501 "z" is not a tensor of this norm: it has x, gamma/,
    );
    pass.end();
    encoder.finish();
    norm.destroy();
    expect(() => norm.encode(pass, good)).toThrow(/destroyed/);
  });

  test("feeds that do not fit are refused by name", async () => {
    const norm = await createNorm(device, centered, { dims: { x: [1, 4, 3] } });
    await expect(norm.run({})).rejects.toMatchObject({
      code: "N502",
      message: expect.stringMatching(/input x/),
    });
    await expect(norm.run({ x: [1] })).rejects.toMatchObject({
      code: "N506",
      message: "tensor x: expected 12 elements for N, C, S = [1, 4, 3], given 1",
    });
    await expect(norm.run({ x: ramp(12), y: [] })).rejects.toMatchObject({ code: "N501" });
    norm.destroy();
  });

  test("elements in f16", async () => {
    const dims = [2, 4, 7];
    const norm = await createNorm(device, centered, { dims: { x: dims }, dtype: "f16" });
    expect(Object.fromEntries(norm.dtypes)).toEqual({
      x: "f16",
      gamma: "f16",
      total: "f32",
      m: "f32",
      y: "f16",
    });
    const x = Float32Array.from({ length: 56 }, (_, i) => i / 8);
    expectClose((await norm.run({ x })).y!, centeredOracle(x, dims, 2).y, 2e-3);
    const odd = await createNorm(device, centered, {
      dims: { x: [1, 2, 5], gamma: [2] },
      dtype: { x: "f16" },
    });
    expectClose(
      (await odd.run({ x: x.subarray(0, 10) })).y!,
      centeredOracle(x.subarray(0, 10), [1, 2, 5], 2).y,
    );
  });

  test("more workgroups than one dimension holds are folded into two", async () => {
    const count = 65535 * 64 + 1;
    const dims = [1, 2, count];
    const choose: ChooseVariant = () => laneARow;
    const norm = await createNorm(device, centered, { dims: { x: dims }, choose });
    expect(norm.dispatches[1]!.workgroups[1]).toBeGreaterThan(1);
    const x = new Float32Array(2 * count).fill(3);
    x[0] = 4;
    const { y } = await norm.run({ x });
    expect(y![2 * count - 1]).toBe(0);
    expect(y![0]).toBeCloseTo(1, 4);
    expect(y!.subarray(count).every((value) => value === 0)).toBe(true);
    norm.destroy();
  });

  test("a kernel that the device refuses is reported as a defect", async () => {
    const [shader] = centered.kernels[0]!.shaders;
    const broken = { ...shader!, wgsl: `${shader!.wgsl}\nfn broken() { return 1; }` };
    const kernel = { ...centered.kernels[0]!, shaders: [broken] };
    const program: Program = { ...centered, kernels: [kernel] };
    await expect(createNorm(device, program, { dims: { x: [1, 2] } })).rejects.toMatchObject({
      code: "N513",
      message: expect.stringMatching(/defect of normc: the device refused kernel Centered.means/),
    });
  });
});

test("a lost device is reported as such", async () => {
  const lost = await openDevice();
  const norm = await createNorm(lost!.device, centered, { dims: { x: [1, 2] } });
  await lost!.close();
  await expect(norm.run({ x: [1, 2] })).rejects.toMatchObject({
    code: "N510",
    message: expect.stringMatching(/device is lost/),
  });
  await expect(createNorm(lost!.device, centered, { dims: { x: [1, 4] } })).rejects.toMatchObject({
    code: "N510",
  });
});
