/** Makes our own buffers for tensors, and fills them. */
import { toHalf } from "../../runtime/shapes/float16.ts";

const storageUsage = 0x80 | 0x4 | 0x8;

export function storageBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 4) * 4), usage: storageUsage });
}

/** @param half whether the buffer holds f16. */
export function upload(device: GPUDevice, buffer: GPUBuffer, values: Float32Array, half: boolean): void {
  const data = half ? Uint16Array.from(values, toHalf) : values;
  // Writes must be multiples of four bytes, and an odd number of halves is not.
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (bytes.byteLength > 0) device.queue.writeBuffer(buffer, 0, bytes);
}
