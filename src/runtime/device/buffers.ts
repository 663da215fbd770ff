import type { Program, ProgramTensor } from "../../program/program.ts";
import { bufferBytes, type Dtypes, fillElements } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { own } from "../shapes/unknown-names.ts";

// Values of GPUBufferUsage, which is a global of browsers, not of Node.
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, storage: 0x80 } as const;

/** The buffers that an instance owns. It uses them for tensors that the caller gives no buffer for. */
export interface Buffers {
  makeScratch(): void;
  /** The buffer of every tensor for one call, in the order of the program's tensors. */
  resolve(buffers: Readonly<Record<string, GPUBuffer | undefined>>): ReadonlyMap<string, GPUBuffer>;
  destroy(): void;
}

/** Makes the buffer of an omitted tensor when it is first needed. */
export function ownBuffers(device: GPUDevice, program: Program, shapes: Shapes, dtypes: Dtypes): Buffers {
  const owned = new Map<string, GPUBuffer>();

  function make(tensor: ProgramTensor): GPUBuffer {
    const filled = tensor.initial !== undefined && tensor.role !== "scratch";
    const buffer = device.createBuffer({
      label: `${program.norm}.${tensor.name}`,
      size: bufferBytes(shapes.elements.get(tensor.name)!, dtypes.get(tensor.name)!),
      usage: usage.storage,
      mappedAtCreation: filled,
    });
    owned.set(tensor.name, buffer);
    if (filled) {
      fillElements(buffer.getMappedRange(), shapes.initials.get(tensor.name)!, dtypes.get(tensor.name)!);
      buffer.unmap();
    }
    return buffer;
  }

  return {
    makeScratch() {
      for (const tensor of program.tensors) if (tensor.role === "scratch") make(tensor);
    },
    resolve(buffers) {
      const bound = new Map<string, GPUBuffer>();
      const taken = new Map<GPUBuffer, ProgramTensor>();
      for (const tensor of program.tensors) {
        const buffer = own(buffers, tensor.name);
        const empty = shapes.elements.get(tensor.name) === 0;
        if (buffer !== undefined && !empty) {
          refuseUnfit(
            buffer,
            tensor,
            bufferBytes(shapes.elements.get(tensor.name)!, dtypes.get(tensor.name)!),
          );
          refuseAlias(taken, buffer, tensor);
          bound.set(tensor.name, buffer);
        } else if (empty || mayBeLeftOut(tensor)) {
          // An empty buffer cannot be bound, so the instance binds a small one of its own for an empty tensor.
          bound.set(tensor.name, owned.get(tensor.name) ?? make(tensor));
        } else {
          throw new NormError("N502", `the buffer of ${tensor.role} ${tensor.name} is missing`);
        }
      }
      return bound;
    },
    destroy() {
      for (const buffer of owned.values()) buffer.destroy();
      owned.clear();
    },
  };
}

/** An updated state may not be omitted: nobody could read its new value. */
function mayBeLeftOut(tensor: ProgramTensor): boolean {
  return tensor.role === "scratch" || (tensor.initial !== undefined && tensor.updated !== true);
}

/** Whether the kernels write the tensor. */
export function isWritten(tensor: ProgramTensor): boolean {
  return tensor.role === "output" || tensor.role === "scratch" || tensor.updated === true;
}

function refuseUnfit(buffer: GPUBuffer, tensor: ProgramTensor, bytes: number): void {
  if (typeof buffer?.size !== "number" || typeof buffer.usage !== "number") {
    throw new NormError("N514", `tensor ${tensor.name}: expected a GPUBuffer, given ${String(buffer)}`);
  }
  if (buffer.size < bytes) {
    throw new NormError(
      "N506",
      `tensor ${tensor.name}: expected a buffer of ${bytes} bytes, given ${buffer.size}`,
    );
  }
  if ((buffer.usage & usage.storage) === 0) {
    throw new NormError("N514", `tensor ${tensor.name}: the buffer was made without the usage STORAGE`);
  }
}

function refuseAlias(taken: Map<GPUBuffer, ProgramTensor>, buffer: GPUBuffer, tensor: ProgramTensor): void {
  const other = taken.get(buffer);
  if (other !== undefined && (isWritten(tensor) || isWritten(other))) {
    const [first, second] = isWritten(tensor) ? [tensor, other] : [other, tensor];
    throw new NormError(
      "N514",
      `one buffer is given for ${second.name} and for ${first.name}, which is written: each needs a buffer of its own`,
    );
  }
  if (other === undefined || isWritten(tensor)) taken.set(buffer, tensor);
}
