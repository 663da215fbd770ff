import { describe, expect, test } from "vitest";
import type { Program } from "../../src/program/program.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";
import { planProgram } from "../../src/runtime/variants/dispatch.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { laneARow } from "../support/variants.ts";
import { centered } from "./programs.ts";

// What every WebGPU device has.
const limits = {
  maxBufferSize: 268435456,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBufferBindingSize: 134217728,
  maxStorageBuffersPerShaderStage: 8,
  minStorageBufferOffsetAlignment: 256,
};

/** A device that fails the test when it is called: the checks come first. */
function untouched(changes: Partial<typeof limits> = {}): GPUDevice {
  const known: Record<string, unknown> = {
    limits: { ...limits, ...changes },
    features: new Set(),
    adapterInfo: {},
  };
  return new Proxy({ queue: {} } as GPUDevice, {
    get(_, name) {
      if (Object.hasOwn(known, name as string)) return known[name as string];
      throw new Error(`device.${String(name)} was used`);
    },
  });
}

describe("refused before the device is called", () => {
  const refuse = (device: GPUDevice, x: number[], program: Program = centered) =>
    expect(createNorm(device, program, { dims: { x } })).rejects;

  test("tensors in more pieces than there are bindings", () =>
    refuse(untouched({ maxStorageBufferBindingSize: 2 ** 26 }), [1, 2, 2 ** 25]).toMatchObject({
      code: "N508",
      message:
        "kernel apply needs 10 storage buffers, allowed are 8 (maxStorageBuffersPerShaderStage), each of at most 67108864 bytes (maxStorageBufferBindingSize): x in 4, y in 4",
    }));

  test("a tensor larger than a buffer", () =>
    refuse(untouched(), [1, 2, 2 ** 26]).toMatchObject({
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

  test("more written tensors than a stage has bindings", () =>
    refuse(untouched({ maxStorageBuffersPerShaderStage: 1 }), [1, 2]).toMatchObject({
      code: "N508",
      message: "kernel means needs 2 storage buffers, allowed are 1 (maxStorageBuffersPerShaderStage)",
    }));

  test("rows that u32 counts, but not up to the end of the last workgroup", () =>
    refuse(untouched({ maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 }), [
      1,
      2,
      2 ** 31 - 1,
    ]).toMatchObject({ code: "N508", message: expect.stringMatching(/^kernel (means|apply) needs/) }));
});

test.each([
  [1, [1, 1]],
  [65535, [65535, 1]],
  [65536, [32768, 2]],
  [200_000, [50_000, 4]],
])("%i workgroups are folded into %j", (groups, expected) => {
  const shapes = resolveShapes(centered, { x: [1, 2, groups * 32] });
  const device = {
    limits: limits as unknown as GPUSupportedLimits,
    features: new Set() as unknown as GPUSupportedFeatures,
  };
  const { dispatches } = planProgram(centered, shapes, device, () => laneARow);
  expect(dispatches[1]!.workgroups).toEqual(expected);
});
