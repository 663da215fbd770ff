/**
 * What `private-parts.ts` takes for granted of TensorFlow.js holds for these versions. Where a newer one fails here, that file has
 * to change, and nothing else of the adapter.
 */
import { afterAll, describe, expect, test } from "vitest";
import { normals } from "../../support/random.ts";
import { openTensorFlow } from "./tensorflow.ts";

const { tf, backends, close } = await openTensorFlow();
const parts = await import("../../../src/adapters/tfjs/private-parts.ts");
afterAll(close);

test("it was read in 4.22", () => {
  expect(tf.version_core).toMatch(/^4\.22\./);
});

describe.runIf(backends.includes("webgpu"))("the webgpu backend", async () => {
  await tf.setBackend("webgpu");
  const backend = tf.backend();
  const inner = backend as unknown as {
    dispatchCountInPass: number;
    commandEncoder: GPUCommandEncoder | null;
    computePassEncoder: GPUComputePassEncoder | null;
    commandQueueOwnedIds: WeakSet<object>;
  };

  test("hands out the buffer of a tensor, the same each time, that kernels can bind", () => {
    const x = tf.tensor(normals(1, 12), [3, 4]);
    const buffer = parts.bufferOf(backend, x);
    expect(buffer).toBeInstanceOf(GPUBuffer);
    expect(buffer.size).toBeGreaterThanOrEqual(48);
    expect(buffer.usage & GPUBufferUsage.STORAGE).toBeTruthy();
    expect(parts.bufferOf(backend, x)).toBe(buffer);
    expect(parts.deviceOf(backend)).toBeInstanceOf(GPUDevice);
  });

  test("copies into a buffer of its own, after what is recorded already and before what comes", async () => {
    const x = tf.mul(tf.tensor([1, 2, 3, 4]), 10);
    const copy = tf.engine().makeTensorFromTensorInfo(parts.copyOf(backend, x));
    const again = tf.add(copy, 1);
    expect(parts.bufferOf(backend, copy)).not.toBe(parts.bufferOf(backend, x));
    expect([...(await again.data())]).toEqual([11, 21, 31, 41]);
  });

  test("has one pass for its ops and ours, and submits it when enough is in it", async () => {
    // It computes small operands on the processor.
    const large = tf.tensor(normals(2, 4096));
    await tf.add(large, 1).data();
    expect(inner.dispatchCountInPass).toBe(0);
    const x = tf.mul(large, 2);
    const pass = inner.computePassEncoder;
    expect(pass).not.toBe(null);
    const seen: unknown[] = [];
    parts.recordInto(backend, [x], 2, 100, (own) => seen.push(own));
    expect(seen).toEqual([pass]);
    expect(inner.dispatchCountInPass).toBe(3);
    expect(inner.commandQueueOwnedIds.has(x.dataId)).toBe(true);
    parts.recordInto(backend, [x], 97, 100, () => undefined);
    expect([inner.dispatchCountInPass, inner.commandEncoder, inner.computePassEncoder]).toEqual([
      0,
      null,
      null,
    ]);
    expect((await x.data())[7]).toBe(2 * normals(2, 4096)[7]!);
  });
});

test("the wasm backend hands out a view of a tensor, and copies what it is given", async () => {
  await tf.setBackend("wasm");
  const x = tf.tensor([1, 2, 3]);
  const view = parts.elementsOf(tf.backend(), x) as Float32Array;
  view[0] = 7;
  expect([...x.dataSync()]).toEqual([7, 2, 3]);
  const given = new Float32Array([4, 5]);
  const made = tf.engine().makeTensorFromTensorInfo(parts.tensorOf(tf.backend(), given, [2], "float32"));
  given[0] = 0;
  expect([...made.dataSync()]).toEqual([4, 5]);
});
