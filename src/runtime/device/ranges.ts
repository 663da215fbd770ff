/** The range of a buffer that a tensor takes, as the caller gives it, and what of it a device refuses. */
import type { ProgramTensor } from "../../program/program.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";

/** A whole buffer, or a range of one. `size` is in bytes; up to the end of the buffer if it is omitted. */
export type TensorBuffer = GPUBuffer | GPUBufferBinding;

/** The bytes of a buffer that a tensor takes. */
export interface Range {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

// Values of GPUBufferUsage, which is a global of browsers, not of Node. In constants, since minifiers write those as
// numbers, and the names of an object in full.
export const mapRead = 0x1;
export const copySource = 0x4;
export const copyTarget = 0x8;
export const storage = 0x80;

/**
 * Reads what a caller gave for a tensor.
 * @param bytes the size of the tensor.
 * @throws NormError N514 for anything but a buffer of usage STORAGE, N520 for an offset that the device cannot bind or a
 * range beyond its buffer, N506 for a range that is too small.
 */
export function readRange(
  given: TensorBuffer,
  { name }: ProgramTensor,
  bytes: number,
  device: GPUDevice,
): Range {
  const refuse = (code: "N506" | "N514" | "N520", problem: string): never => {
    throw new NormError(code, `tensor ${name}: ${problem}`);
  };
  const { buffer, offset = 0, size: own }: GPUBufferBinding = isRange(given) ? given : { buffer: given };
  if (typeof buffer?.size !== "number" || typeof buffer.usage !== "number") {
    refuse("N514", `expected a GPUBuffer, given ${shownValue(given)}`);
  }
  if (!(buffer.usage & storage)) refuse("N514", "the buffer was made without the usage STORAGE");
  const left = buffer.size - offset;
  const size = own ?? left;
  const unit = device.limits.minStorageBufferOffsetAlignment;
  if (!(Number.isInteger(offset) && offset >= 0 && offset % unit === 0)) {
    refuse(
      "N520",
      `expected an offset that is a multiple of ${unit} (minStorageBufferOffsetAlignment), given ${shownValue(offset)}`,
    );
  }
  if (!(size <= left)) {
    refuse(
      "N520",
      `the range from ${offset} of ${size} bytes ends beyond its buffer of ${buffer.size} bytes`,
    );
  }
  if (!(size >= bytes)) refuse("N506", `expected a buffer of ${bytes} bytes, given ${size}`);
  return { buffer, offset, size: bytes };
}

export function isRange(given: object): given is GPUBufferBinding {
  return given != null && "buffer" in Object(given);
}

export function overlap(a: Range, b: Range): boolean {
  return a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
