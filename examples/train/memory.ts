/** Buffers of the network. */
import type { Parameter } from "./kernels.ts";

export interface Memory {
  make(length: number, values?: Float32Array<ArrayBuffer>): GPUBuffer;
  parameter(values: Float32Array<ArrayBuffer>): Parameter;
  destroy(): void;
}

export function createMemory(device: GPUDevice): Memory {
  const made: GPUBuffer[] = [];
  const make = (length: number, values?: Float32Array<ArrayBuffer>): GPUBuffer => {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const buffer = device.createBuffer({ size: length * 4, usage: STORAGE | COPY_SRC | COPY_DST });
    if (values !== undefined) device.queue.writeBuffer(buffer, 0, values);
    made.push(buffer);
    return buffer;
  };
  return {
    make,
    parameter: (values) => ({
      length: values.length,
      value: make(values.length, values),
      gradient: make(values.length),
    }),
    destroy() {
      for (const buffer of made) buffer.destroy();
    },
  };
}

/** The mean of what a buffer holds. */
export async function meanOf(device: GPUDevice, buffer: GPUBuffer): Promise<number> {
  const { COPY_DST, MAP_READ } = GPUBufferUsage;
  const read = device.createBuffer({ size: buffer.size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(read.getMappedRange());
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  read.destroy();
  return mean;
}
