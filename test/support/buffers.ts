/** Buffers of a test's own, filled and read back. */

import { bufferBytes, readElements, writeElements } from "../../src/runtime/shapes/element-types.ts";
import type { Storage } from "../../src/runtime/webgpu/index.ts";

export function storedBuffer(device: GPUDevice, values: ArrayLike<number>, storage: Storage): GPUBuffer {
  const buffer = device.createBuffer({
    size: bufferBytes(values.length, storage),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  writeElements(buffer.getMappedRange(), values, storage);
  buffer.unmap();
  return buffer;
}

export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
  storage: Storage,
): Promise<Float32Array> {
  const read = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const values = readElements(read.getMappedRange(), count, storage);
  read.destroy();
  return values;
}
