import type { Program, ProgramTensor } from "../../program/program.ts";
import { bufferBytes, type Dtypes, fillElements } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { own } from "../shapes/unknown-names.ts";
import { overlap, type Range, readRange, storage, type TensorBuffer } from "./ranges.ts";

/** The buffers that an instance owns. It uses them for tensors that the caller gives no buffer for. */
export interface Buffers {
  makeScratch(): void;
  /**
   * The range of every tensor for one call, in the order of the program's tensors.
   * @param shapes of this call. No tensor is larger than in the shapes that the instance was made for.
   */
  resolve(
    buffers: Readonly<Record<string, TensorBuffer | undefined>>,
    shapes?: Shapes,
  ): ReadonlyMap<string, Range>;
  destroy(): void;
}

/**
 * Looks at two ranges of one call before they are compared: whether they may overlap. Only norms whose tensors share
 * memory have it.
 * @throws NormError N514 or N522 for two ranges that are not as its options say.
 */
export type MayOverlap = (range: Range, tensor: ProgramTensor, other: Range, its: ProgramTensor) => boolean;

/** Makes the buffer of an omitted tensor when it is first needed. */
export function ownBuffers(
  device: GPUDevice,
  program: Program,
  most: Shapes,
  dtypes: Dtypes,
  mayOverlap?: MayOverlap,
): Buffers {
  const owned = new Map<string, Range>();
  const bytesOf = ({ name }: ProgramTensor, shapes: Shapes): number =>
    bufferBytes(shapes.elements.get(name)!, dtypes.get(name)!);

  /** One for each initial value, which can depend on the extents. */
  function ownRange(tensor: ProgramTensor, initial: number | undefined): Range {
    const key = `${tensor.name} ${initial}`;
    const found = owned.get(key);
    if (found !== undefined) return found;
    const filled = tensor.initial !== undefined && tensor.role !== "scratch";
    const size = bytesOf(tensor, most);
    const buffer = device.createBuffer({
      label: `${program.norm}.${tensor.name}`,
      size,
      usage: storage,
      mappedAtCreation: filled,
    });
    const range = { buffer, offset: 0, size };
    owned.set(key, range);
    if (filled) {
      fillElements(buffer.getMappedRange(), initial!, dtypes.get(tensor.name)!);
      buffer.unmap();
    }
    return range;
  }

  return {
    makeScratch() {
      for (const tensor of program.tensors) if (tensor.role === "scratch") ownRange(tensor, undefined);
    },
    resolve(buffers, shapes = most) {
      const bound = new Map<string, Range>();
      const taken: [Range, ProgramTensor][] = [];
      for (const tensor of program.tensors) {
        const buffer = own(buffers, tensor.name);
        const empty = shapes.elements.get(tensor.name) === 0;
        if (buffer !== undefined && !empty) {
          const range = readRange(buffer, tensor, bytesOf(tensor, shapes), device);
          for (const [other, its] of taken) {
            if (mayOverlap?.(range, tensor, other, its) || !overlap(range, other)) continue;
            if (isWritten(tensor)) throw overlapping(its, tensor);
            if (isWritten(its)) throw overlapping(tensor, its);
          }
          taken.push([range, tensor]);
          bound.set(tensor.name, range);
        } else if (empty || mayBeLeftOut(tensor)) {
          // An empty buffer cannot be bound, so the instance binds a small one of its own for an empty tensor.
          bound.set(tensor.name, ownRange(tensor, shapes.initials.get(tensor.name)));
        } else {
          throw new NormError("N502", `the buffer of ${tensor.role} ${tensor.name} is missing`);
        }
      }
      return bound;
    },
    destroy() {
      for (const { buffer } of owned.values()) buffer.destroy();
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

export function overlapping(one: ProgramTensor, other: ProgramTensor, because = "written"): NormError {
  return new NormError(
    "N514",
    `one buffer is given for ${one.name} and for ${other.name}, which is ${because}: each needs a range of its own`,
  );
}
