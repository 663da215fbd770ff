/** Tensors that are ranges of larger buffers. */
import { afterAll, describe, expect, test } from "vitest";
import { createNorm, NormError } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { backwardProgramsOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const graph = graphOf("LayerNorm");
const program = programOf(graph);
const dims = { x: [3, 64] };
const x = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i * 1.7) * 3 + 0.5);
const trial: Trial = { graph, dims, feeds: { x } };
const expected = oracle(trial).get("y")!;

function codeOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof NormError) return `${error.code} ${error.message}`;
    throw error;
  }
}

function record(device: GPUDevice, encode: (pass: GPUComputePassEncoder) => void): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encode(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

function expectRows(actual: ArrayLike<number>, at = 0): void {
  const errors = [...expected].map((value, i) => Math.abs(actual[at + i]! - value));
  expect(Math.max(...errors)).toBeLessThan(1e-5);
}

describe.each(devices)("$name", ({ device }) => {
  test("x and y are ranges of their buffers, which move from call to call", async () => {
    const norm = await createNorm(device, program, { dims });
    const floats = new Float32Array(4096).fill(7);
    floats.set(x, 256);
    floats.set(
      x.map((one) => -one),
      1024,
    );
    const from = storedBuffer(device, floats, "f32");
    const to = storedBuffer(device, new Float32Array(4096).fill(9), "f32");
    // One object for both calls: what counts is what it says.
    const range = { buffer: from, offset: 1024, size: 768 };
    record(device, (pass) => {
      norm.encode(pass, { x: range, y: { buffer: to, offset: 512 } });
      range.offset = 4096;
      norm.encode(pass, { x: range, y: { buffer: to, offset: 8192, size: 768 } });
    });
    const y = await readBuffer(device, to, 4096, "f32");
    expectRows(y, 128);
    expectRows(
      y.map((one) => -one),
      2048,
    );
    expect([...y].filter((one) => one === 9)).toHaveLength(4096 - 2 * 192);
    norm.destroy();
  });

  test("a range that cannot be bound is refused, by name", async () => {
    const norm = await createNorm(device, program, { dims });
    const large = storedBuffer(device, new Float32Array(4096), "f32");
    const other = storedBuffer(device, new Float32Array(4096), "f32");
    const refused = (given: unknown): string =>
      codeOf(() => norm.encode(undefined as never, { x: given as GPUBuffer, y: other }));
    const unit = device.limits.minStorageBufferOffsetAlignment;
    expect(refused({ buffer: large, offset: 4 })).toBe(
      `N520 tensor x: expected an offset that is a multiple of ${unit} (minStorageBufferOffsetAlignment), given 4`,
    );
    expect(refused({ buffer: large, offset: -unit })).toMatch(/^N520 tensor x/);
    expect(refused({ buffer: large, offset: "0" })).toMatch(/^N520 tensor x/);
    expect(refused({ buffer: large, offset: unit * 63, size: 768 * 4 })).toMatch(
      /^N520 tensor x: the range from \d+ of 3072 bytes ends beyond its buffer of 16384 bytes/,
    );
    expect(refused({ buffer: large, offset: unit, size: 764 })).toBe(
      "N506 tensor x: expected a buffer of 768 bytes, given 764",
    );
    expect(refused({ buffer: large, offset: 16384 })).toMatch(/^N506 tensor x/);
    expect(refused({ buffer: 5 })).toMatch(/^N514 tensor x/);
    expect(refused({ offset: 0 })).toMatch(/^N514 tensor x/);
    expect(refused({ buffer: other, offset: 512 })).toMatch(/^N514 one buffer is given for x and for y/);
    norm.destroy();
  });

  test("one kernel that reads and writes ranges of one buffer needs sharedBuffers", async () => {
    const norm = await createNorm(device, program, { dims });
    const buffer = storedBuffer(device, new Float32Array(4096), "f32");
    expect(
      codeOf(() => norm.encode(undefined as never, { x: { buffer }, y: { buffer, offset: 8192 } })),
    ).toBe(
      "N521 kernel LayerNorm.y reads x and writes y, and both lie in one buffer: create the norm with sharedBuffers: true",
    );
    norm.destroy();
  });

  test("with sharedBuffers, all tensors lie in one buffer", async () => {
    const norm = await createNorm(device, program, { dims, sharedBuffers: true });
    const floats = new Float32Array(4096).fill(7);
    floats.set(x, 256);
    floats.set(new Float32Array(64).fill(2), 1024);
    floats.set(new Float32Array(64).fill(3), 1088);
    const buffer = storedBuffer(device, floats, "f32");
    device.pushErrorScope("validation");
    const ranges = {
      x: { buffer, offset: 1024, size: 768 },
      gamma: { buffer, offset: 4096, size: 256 },
      beta: { buffer, offset: 4352 },
      y: { buffer, offset: 2048, size: 768 },
    };
    record(device, (pass) => norm.encode(pass, ranges));
    expect(await device.popErrorScope()).toBeNull();
    const y = await readBuffer(device, buffer, 4096, "f32");
    expectRows(
      y.map((one) => (one - 3) / 2),
      512,
    );
    expect(y[256 + 192]).toBe(7);
    const both = { ...ranges, beta: ranges.gamma };
    expect(codeOf(() => norm.encode(undefined as never, both))).toBe(
      "N514 one buffer is given for beta and for gamma, which is bound as writable: each needs a range of its own",
    );
    norm.destroy();
  });

  test("gradients of a backward pass lie in one buffer, without an option", async () => {
    const back = backwardProgramsOf(graph).at(-1)!;
    const norm = await createNorm(device, back, { dims: { ...dims, d_y: [3, 64] } });
    const d_y = x.map((_, i) => Math.cos(i));
    const together = storedBuffer(device, new Float32Array(4096), "f32");
    device.pushErrorScope("validation");
    record(device, (pass) =>
      norm.encode(pass, {
        x: storedBuffer(device, x, "f32"),
        d_y: storedBuffer(device, d_y, "f32"),
        d_x: { buffer: together },
        d_gamma: { buffer: together, offset: 1024 },
        d_beta: { buffer: together, offset: 2048 },
      }),
    );
    expect(await device.popErrorScope()).toBeNull();
    const got = await readBuffer(device, together, 4096, "f32");
    const want = await norm.run({ x, d_y });
    expect([...got.slice(0, 192)]).toEqual([...want.d_x!]);
    expect([...got.slice(256, 320)]).toEqual([...want.d_gamma!]);
    expect([...got.slice(512, 576)]).toEqual([...want.d_beta!]);
    norm.destroy();
  });
});
