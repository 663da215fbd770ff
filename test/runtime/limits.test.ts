import { describe, expect, test } from "vitest";
import type { Program } from "../../src/program/program.ts";
import { planDispatch } from "../../src/runtime/dispatch.ts";
import { createNorm } from "../../src/runtime/index.ts";
import { resolveShapes } from "../../src/runtime/shapes.ts";
import { chooseVariant } from "../../src/runtime/variant.ts";
import { centered } from "./programs.ts";

// What every WebGPU device has.
const limits = {
  maxBufferSize: 268435456,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBufferBindingSize: 134217728,
  maxStorageBuffersPerShaderStage: 8,
};

/** A device that fails the test when it is called: the checks come first. */
function untouched(changes: Partial<typeof limits> = {}): GPUDevice {
  const known: Record<string, unknown> = { limits: { ...limits, ...changes }, features: new Set() };
  return new Proxy({} as GPUDevice, {
    get(_, name) {
      if (Object.hasOwn(known, name as string)) return known[name as string];
      throw new Error(`device.${String(name)} was used`);
    },
  });
}

describe("refused before the device is called", () => {
  const refuse = (device: GPUDevice, x: number[], program: Program = centered, storage?: "f16") =>
    expect(createNorm(device, program, { dims: { x }, storage })).rejects;

  test("a tensor larger than a binding", () =>
    refuse(untouched(), [1, 2, 2 ** 25]).toMatchObject({
      code: "N508",
      message: "tensor x needs 268435456 bytes, this device allows 134217728 (maxStorageBufferBindingSize)",
    }));

  test("a tensor larger than a buffer", () =>
    refuse(untouched({ maxStorageBufferBindingSize: 2 ** 40 }), [1, 2, 2 ** 26]).toMatchObject({
      code: "N508",
      message: "tensor x needs 536870912 bytes, this device allows 268435456 (maxBufferSize)",
    }));

  test("more elements than an index counts", () =>
    refuse(untouched(), [2 ** 20, 2 ** 10, 8]).toMatchObject({
      code: "N508",
      message: expect.stringContaining("tensor x"),
    }));

  test("an extent beyond u32 in an empty tensor", () =>
    refuse(untouched(), [2 ** 33, 0]).toMatchObject({
      code: "N508",
      message: expect.stringContaining("axis N"),
    }));

  test("more bindings than a stage has", () =>
    refuse(untouched({ maxStorageBuffersPerShaderStage: 3 }), [1, 2]).toMatchObject({
      code: "N508",
      message: "kernel apply needs 4 storage buffers, allowed are 3 (maxStorageBuffersPerShaderStage)",
    }));

  test("f16 without the feature", () =>
    refuse(untouched(), [1, 2], centered, "f16").toMatchObject({ code: "N509" }));
});

describe("variants", () => {
  test.each([
    [1, 1000, { lanes: 1, rows: 64 }],
    [16, 1000, { lanes: 1, rows: 64 }],
    [17, 1000, { lanes: 4, rows: 16 }],
    [100, 1000, { lanes: 16, rows: 4 }],
    [768, 1000, { lanes: 64, rows: 1 }],
    [1e9, 1, { lanes: 64, rows: 1 }],
    [0, 3, { lanes: 1, rows: 4 }],
    [5, 1, { lanes: 1, rows: 1 }],
  ])("rows of %i, %i of them", (length, count, expected) => {
    expect(chooseVariant(length, count, limits)).toEqual(expected);
  });

  test("a device that allows less", () => {
    const small = { maxComputeInvocationsPerWorkgroup: 48, maxComputeWorkgroupSizeX: 256 };
    expect(chooseVariant(1000, 1000, small)).toEqual({ lanes: 32, rows: 1 });
  });
});

test.each([
  [1, [1, 1]],
  [65535, [65535, 1]],
  [65536, [32768, 2]],
  [200_000, [50_000, 4]],
])("%i workgroups are folded into %j", (groups, expected) => {
  const shapes = resolveShapes(centered, { x: [1, 2, groups * 32] });
  expect(planDispatch(centered.kernels[1]!, shapes, limits).workgroups).toEqual(expected);
});
