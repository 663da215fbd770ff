/** Buffers that belong to a test, filled and read back. */

import { type ElementArray, readElements, writeElements } from "../../src/runtime/shapes/array-elements.ts";
import { bufferBytes } from "../../src/runtime/shapes/element-types.ts";
import type { Dtype } from "../../src/runtime/webgpu/index.ts";

export function storedBuffer(device: GPUDevice, values: ArrayLike<number>, dtype: Dtype): GPUBuffer {
  const buffer = device.createBuffer({
    size: bufferBytes(values.length, dtype),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  writeElements(buffer.getMappedRange(), values, dtype);
  buffer.unmap();
  return buffer;
}

export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
  dtype: Dtype,
): Promise<ElementArray> {
  const read = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const values = readElements(read.getMappedRange(), count, dtype);
  read.destroy();
  return values;
}
