import { afterAll, expect, test } from "vitest";
import { withErrorScopes } from "../../src/runtime/device/device-errors.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { centered } from "./programs.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** The device, with a count of the buffers that were made through it and not yet destroyed. */
function counted(device: GPUDevice): { device: GPUDevice; made: () => number; left: () => number } {
  const all: GPUBuffer[] = [];
  const gone = new Set<GPUBuffer>();
  const counting = new Proxy(device, {
    get(target, name) {
      if (name === "createBuffer") {
        return (descriptor: GPUBufferDescriptor) => {
          const buffer = target.createBuffer(descriptor);
          const destroy = buffer.destroy.bind(buffer);
          buffer.destroy = () => {
            gone.add(buffer);
            return destroy();
          };
          all.push(buffer);
          return buffer;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { device: counting, made: () => all.length, left: () => all.length - gone.size };
}

test("a run releases its buffers, and destroy those of the instance", async () => {
  const { device, made, left } = counted(devices[0]!.device);
  const norm = await createNorm(device, centered, { dims: { x: [2, 4, 3] } });
  expect(left()).toBe(1);
  for (let i = 0; i < 3; i++) await norm.run({ x: new Float32Array(24) });
  // The scratch tensor, and gamma, which was left out.
  expect(left()).toBe(2);
  expect(made()).toBe(2 + 3 * 5);
  await expect(norm.run({ x: [1] })).rejects.toMatchObject({ code: "N506" });
  expect(left()).toBe(2);
  norm.destroy();
  expect(left()).toBe(0);
});

test("a pipeline is made once for each code and constants", async () => {
  const { device } = devices[0]!;
  let pipelines = 0;
  const original = device.createComputePipelineAsync;
  device.createComputePipelineAsync = (descriptor) => {
    pipelines++;
    return original.call(device, descriptor);
  };
  const options = { dims: { x: [2, 4, 9] }, params: { scale: 0.25 } };
  await Promise.all([createNorm(device, centered, options), createNorm(device, centered, options)]);
  await createNorm(device, centered, options);
  expect(pipelines).toBe(centered.kernels.length);
  await createNorm(device, centered, { ...options, params: { scale: 0.5 } });
  expect(pipelines).toBe(centered.kernels.length + 1);
  // Two of the three kernels touch x or y: the third has the same code as before.
  await createNorm(device, centered, { ...options, dtype: "f16" });
  await createNorm(device, centered, { ...options, dtype: "f16" });
  expect(pipelines).toBe(centered.kernels.length + 3);
  device.createComputePipelineAsync = original;
});

/** A device whose error scopes give these errors, the innermost first. */
function failing(...errors: (string | null)[]): GPUDevice {
  const scopes = {
    pushErrorScope: () => undefined,
    popErrorScope: () => {
      const message = errors.shift() ?? null;
      return Promise.resolve(message === null ? null : ({ message } as GPUError));
    },
  };
  return scopes as unknown as GPUDevice;
}

test("no memory left is reported as such", async () => {
  await expect(withErrorScopes(failing("too large"), "making x", () => 1)).rejects.toMatchObject({
    code: "N510",
    message: "the device has no memory left: making x: too large",
  });
  const mapped = (): never => {
    throw new RangeError("cannot map");
  };
  await expect(withErrorScopes(failing(), "making x", mapped)).rejects.toMatchObject({ code: "N510" });
  await expect(withErrorScopes(failing(null, "wrong usage"), "making x", () => 1)).rejects.toMatchObject({
    code: "N513",
  });
  await expect(withErrorScopes(failing(), "making x", () => 1)).resolves.toBe(1);
});
