/** Makes our own buffers for tensors, and fills them. */
import type { Dtype } from "../../program/program.ts";
import { writeElements } from "../../runtime/shapes/array-elements.ts";
import { bufferBytes } from "../../runtime/shapes/element-types.ts";

const storageUsage = 0x80 | 0x4 | 0x8;

export function storageBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 4) * 4), usage: storageUsage });
}

/** Writes values into a buffer of their element type. */
export function upload(device: GPUDevice, buffer: GPUBuffer, values: ArrayLike<number>, dtype: Dtype): void {
  const bytes = new ArrayBuffer(bufferBytes(values.length, dtype));
  writeElements(bytes, values, dtype);
  device.queue.writeBuffer(buffer, 0, bytes);
}
