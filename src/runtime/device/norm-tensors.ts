import type { Dtype, ProgramInterface } from "../../program/program.ts";
import { bufferBytes, type Dtypes } from "../shapes/element-types.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { copySource, copyTarget, storage } from "./ranges.ts";

/** One tensor of a norm, as its buffer has to be. */
export interface NormTensor {
  /** The extents, slowest first. Saved values have none. */
  readonly dims: readonly number[];
  readonly dtype: Dtype;
  /** The least size of its buffer, in bytes: a multiple of four, and never 0. */
  readonly bytes: number;
  /** The usage that its buffer needs: `GPUBufferUsage.STORAGE`. */
  readonly usage: GPUBufferUsageFlags;
  /**
   * Makes a buffer of that size, filled with zeros, which the caller owns and destroys.
   * @param usage its usage besides STORAGE. @default COPY_SRC | COPY_DST
   */
  createBuffer(usage?: GPUBufferUsageFlags): GPUBuffer;
}

/** Every tensor that a caller can give a buffer for, by name. */
export function normTensors(
  device: GPUDevice,
  program: ProgramInterface,
  shapes: Shapes,
  dtypes: Dtypes,
): Readonly<Record<string, NormTensor>> {
  return Object.fromEntries(
    program.tensors
      .filter(({ role }) => role !== "scratch")
      .map(({ name }) => {
        const dtype = dtypes.get(name)!;
        const bytes = bufferBytes(shapes.elements.get(name)!, dtype);
        const createBuffer = (more = copySource | copyTarget): GPUBuffer =>
          device.createBuffer({
            label: `${program.norm}.${name}`,
            size: bytes,
            usage: storage | more,
          });
        return [name, { dims: shapes.dims.get(name)!, dtype, bytes, usage: storage, createBuffer }];
      }),
  );
}
