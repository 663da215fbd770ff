/**
 * The adapter without ONNX Runtime, which is too large to be installed for the tests: a stand-in has its public names. With
 * the real one, `test/examples/packaged.test.ts` runs the adapter between two sessions, from both of its entries.
 */
import { afterAll, describe, expect, test } from "vitest";
import { type OrtTensor, onTensors, sessionDevice } from "../../../src/adapters/onnxruntime/index.ts";
import { createNorm, dynamic } from "../../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../../support/buffers.ts";
import { oracle } from "../../support/compare.ts";
import { programOf } from "../../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../../support/device.ts";
import { graphOf } from "../../support/library.ts";
import { normals } from "../../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** As `Tensor` of onnxruntime-common 1.30: `gpuBuffer` throws where the data lie elsewhere. */
class Tensor implements OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly location: string;
  readonly #buffer: GPUBuffer | undefined;
  readonly #dispose: (() => void) | undefined;

  constructor(type: string, dims: readonly number[], buffer?: GPUBuffer, dispose?: () => void) {
    this.type = type;
    this.dims = dims;
    this.location = buffer === undefined ? "cpu" : "gpu-buffer";
    this.#buffer = buffer;
    this.#dispose = dispose;
  }

  static fromGpuBuffer(
    buffer: GPUBuffer,
    options: { dataType: string; dims: readonly number[]; dispose?: () => void },
  ): Tensor {
    return new Tensor(options.dataType, options.dims, buffer, options.dispose);
  }

  get gpuBuffer(): GPUBuffer {
    if (this.#buffer === undefined) throw new Error("The data is not stored as a WebGPU buffer.");
    return this.#buffer;
  }

  dispose(): void {
    this.#dispose?.();
  }
}

const ort = { Tensor };

describe.each(devices)("on $name", ({ device }) => {
  const onGpu = (values: Float32Array, dims: readonly number[]): Tensor =>
    new Tensor("float32", dims, storedBuffer(device, values, "f32"));

  const layerNorm = () => createNorm(device, programOf(graphOf("LayerNorm")), { dims: { x: [3, 40] } });

  test("tensors in, tensors out, written where one is given", async () => {
    const norm = await layerNorm();
    const layer = onTensors(ort, device, norm);
    const feeds = { x: normals(1, 120, 5), gamma: normals(2, 40) };
    const want = oracle({ graph: graphOf("LayerNorm"), dims: { x: [3, 40] }, feeds }).get("y")!;
    const tensors = { x: onGpu(feeds.x, [3, 40]), gamma: onGpu(feeds.gamma, [40]) };
    const { y } = layer(tensors);
    expect(y).toMatchObject({ type: "float32", dims: [3, 40], location: "gpu-buffer" });
    const again = layer({ ...tensors, y: y! });
    expect(again.y).toBe(y);
    const got = await readBuffer(device, y!.gpuBuffer, want.length, "f32");
    for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 4);
    y!.dispose();
    norm.destroy();
  });

  test("open extents: the output has the dims of the call", async () => {
    const norm = await createNorm(device, programOf(graphOf("LayerNorm")), { dims: { x: [dynamic(9), 40] } });
    const layer = onTensors(ort, device, norm);
    const { y } = layer({ x: onGpu(normals(1, 80), [2, 40]) }, { N: 2 });
    expect(y!.dims).toEqual([2, 40]);
    expect(y!.gpuBuffer.size).toBe(4 * 80);
    expect(() => layer({ x: onGpu(normals(1, 80), [2, 40]) }, { N: 3 })).toThrow(
      "expected the dims [3, 40], given [2, 40]",
    );
    norm.destroy();
  });

  test.for([
    ["N514", 'this tensor\'s location is "cpu"', { x: new Tensor("float32", [3, 40]) }],
    ["N502", "", {}],
  ] as const)("%s %s", async ([code, message, tensors]) => {
    const norm = await layerNorm();
    const layer = onTensors(ort, device, norm);
    expect(() => layer(tensors)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    norm.destroy();
  });

  test("wrong dims, wrong elements, an unknown name", async () => {
    const norm = await layerNorm();
    const layer = onTensors(ort, device, norm);
    const x = onGpu(normals(1, 120), [3, 40]);
    const thrown = (tensors: Record<string, Tensor>) => expect(() => layer(tensors));
    thrown({ x: onGpu(normals(1, 120), [120]) }).toThrow(expect.objectContaining({ code: "N503" }));
    thrown({ x: new Tensor("float16", [3, 40], x.gpuBuffer) }).toThrow(
      expect.objectContaining({ code: "N514" }),
    );
    thrown({ x, scale: x }).toThrow(expect.objectContaining({ code: "N501" }));
    norm.destroy();
  });

  test("the device of the sessions", async () => {
    expect(await sessionDevice({ env: { webgpu: { device: Promise.resolve(device) } } })).toBe(device);
    // JSEP has the device itself once there is one, and nothing before.
    expect(await sessionDevice({ env: { webgpu: { device } } })).toBe(device);
    const none = sessionDevice({ env: { webgpu: { device: undefined } } });
    await expect(none).rejects.toMatchObject({ code: "N530" });
  });
});
