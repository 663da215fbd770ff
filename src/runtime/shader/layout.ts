/**
 * How the tensors of a kernel lie in its bindings. Only this file decides it, from sizes and the device's limits. The
 * shader does not depend on it (see `accessors.ts`).
 */
import type { IntegerType } from "../../program/integers.ts";
import type { FloatType, Shader } from "../../program/program.ts";
import { bufferBytes, type Dtypes, elementBytes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";

/** The part of a device that a layout depends on. */
export interface BindingLimits {
  readonly features: Pick<GPUSupportedFeatures, "has">;
  readonly limits: Pick<
    GPUSupportedLimits,
    | "maxBufferSize"
    | "maxStorageBufferBindingSize"
    | "maxStorageBuffersPerShaderStage"
    | "minStorageBufferOffsetAlignment"
  >;
}

/** The number of elements and the element type of every tensor. */
export interface Memory {
  readonly elements: ReadonlyMap<string, number>;
  readonly dtypes: Dtypes;
}

/** Elements that lie in words of 32 bits. `halves`: f16 on a device without `shader-f16`, two in a u32. */
export type WordElement = IntegerType | "halves";

export type Element = FloatType | WordElement;

/** Where one tensor lies. */
export interface Place {
  readonly element: Element;
  /** The number of the tensor's first binding. */
  readonly binding: number;
  /** The number of bindings. A tensor larger than a binding takes several, one behind the other. */
  readonly pieces: number;
  /** The number of elements in every piece except the last. */
  readonly pieceLength: number;
  /** The tensor's first element in a pack that it shares with others; null if it has a buffer of its own. */
  readonly packedAt: number | null;
}

/** One binding of group 0: a range of a tensor's buffer, in bytes. */
export interface Slot {
  readonly tensor: string;
  /** `uniform`: the extents that are left open. */
  readonly access: "read" | "read_write" | "uniform";
  readonly offset: number;
  readonly size: number;
}

/** Small operands copied into one buffer, as f32, if a stage has too few bindings for all. */
export interface Pack {
  readonly tensor: string;
  readonly length: number;
  readonly operands: readonly { readonly tensor: string; readonly at: number; readonly length: number }[];
}

export interface Layout {
  /** In the order of the shader's bindings. */
  readonly places: readonly Place[];
  readonly slots: readonly Slot[];
  readonly pack: Pack | null;
}

/** Throws N508 if the device has too few bindings, or too small ones. */
export function layOut(kernel: string, shader: Shader, memory: Memory, device: BindingLimits): Layout {
  const pieceBytes = bindingBytes(device);
  const operands = shader.bindings.map(({ tensor, access, shared }) => {
    const length = memory.elements.get(tensor)!;
    const dtype = memory.dtypes.get(tensor)!;
    const bytes = bufferBytes(length, dtype);
    const pieces = Math.max(1, Math.ceil(bytes / pieceBytes));
    return { tensor, access, bound: shared ?? access, length, dtype, bytes, pieces };
  });
  const pack = packSmallest(kernel, operands, device);
  const slots: Slot[] = [];
  const places = operands.map(({ tensor, bound, dtype, bytes, pieces }): Place => {
    const packed = pack?.operands.find((one) => one.tensor === tensor);
    if (packed !== undefined) {
      return { element: "f32", binding: 0, pieces: 1, pieceLength: 0, packedAt: packed.at };
    }
    // The pack is the first binding.
    const binding = slots.length + (pack === null ? 0 : 1);
    for (let piece = 0; piece < pieces; piece++) {
      const offset = piece * pieceBytes;
      slots.push({ tensor, access: bound, offset, size: Math.min(bytes - offset, pieceBytes) });
    }
    const element = dtype === "f16" && !device.features.has("shader-f16") ? "halves" : dtype;
    return { element, binding, pieces, pieceLength: pieceBytes / elementBytes[dtype], packedAt: null };
  });
  if (pack === null) return { places, slots, pack };
  const shared: Slot = {
    tensor: pack.tensor,
    access: "read",
    offset: 0,
    size: bufferBytes(pack.length, "f32"),
  };
  return { places, slots: [shared, ...slots], pack };
}

/** The most bytes a binding holds. A multiple of the offset alignment, and so of four elements of any type. */
function bindingBytes({ limits }: BindingLimits): number {
  const unit = Math.max(256, limits.minStorageBufferOffsetAlignment);
  return Math.floor(limits.maxStorageBufferBindingSize / unit) * unit;
}

interface Operand {
  readonly tensor: string;
  readonly access: "read" | "read_write";
  readonly length: number;
  readonly pieces: number;
}

/** Picks as few of the smallest read-only operands as needed to make room for the others; null if all have room. */
function packSmallest(kernel: string, operands: readonly Operand[], device: BindingLimits): Pack | null {
  const { maxBufferSize, maxStorageBuffersPerShaderStage: allowed } = device.limits;
  const needed = operands.reduce((sum, { pieces }) => sum + pieces, 0);
  if (needed <= allowed) return null;
  const candidates = operands
    .filter(({ access, pieces }) => access === "read" && pieces === 1)
    .sort((a, b) => a.length - b.length)
    .slice(0, needed - allowed + 1);
  let length = 0;
  const packed = candidates.map((operand) => {
    const at = length;
    // Fours of a packed operand begin at a multiple of four. An operand is never empty, so a pack is not either.
    length += Math.max(4, Math.ceil(operand.length / 4) * 4);
    return { tensor: operand.tensor, at, length: operand.length };
  });
  const fits = bufferBytes(length, "f32") <= Math.min(bindingBytes(device), maxBufferSize);
  if (needed - packed.length + 1 <= allowed && fits) {
    return { tensor: `(pack of ${kernel})`, length, operands: packed };
  }
  const pieces = operands.filter((one) => one.pieces > 1).map((one) => `${one.tensor} in ${one.pieces}`);
  const because =
    pieces.length === 0
      ? ""
      : `, each of at most ${device.limits.maxStorageBufferBindingSize} bytes (maxStorageBufferBindingSize): ${pieces.join(", ")}`;
  throw new NormError(
    "N508",
    `kernel ${kernel} needs ${needed} storage buffers, allowed are ${allowed} (maxStorageBuffersPerShaderStage)${because}`,
  );
}

/** Adds an entry for each pack to a map by tensor. */
export function withPacks<T>(
  known: ReadonlyMap<string, T>,
  packs: readonly Pack[],
  of: (pack: Pack) => T,
): Map<string, T> {
  return new Map([...known, ...packs.map((pack) => [pack.tensor, of(pack)] as const)]);
}
