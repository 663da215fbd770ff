/**
 * The buffers on which the candidates of a norm are tried, one after the other. They hold random data, the same for all
 * candidates and each time. They are our own, so that the tuner never reads or writes the user's.
 */

import type { Program, ProgramTensor } from "../../program/program.ts";
import { checkSizes } from "../../runtime/device/limits.ts";
import type { Norm, NormOptions } from "../../runtime/options/norm-types.ts";
import { readElements } from "../../runtime/shapes/array-elements.ts";
import { bufferBytes, type Dtypes, elementBytes, resolveDtypes } from "../../runtime/shapes/element-types.ts";
import { resolveShapes, type Shapes } from "../../runtime/shapes/shapes.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import { createNorm } from "../../runtime/webgpu/norm.ts";
import { type Feeds, randomFeeds } from "../measure/random-feeds.ts";
import { storageBuffer, upload } from "../measure/storage-buffer.ts";

/** The thing that is tuned: a program for one set of extents. */
export interface SizedProgram {
  readonly program: Program;
  readonly options: Pick<NormOptions, "dims" | "params" | "dtype">;
  /** The values to upload, by tensor. Random data by default. */
  readonly feeds?: Feeds;
}

export interface TrialBuffers {
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
  /** The uploaded values, rounded to the dtype of each tensor. */
  readonly feeds: Feeds;
  /** The minimum traffic: each input is read once, each output is written once, an updated state both. */
  readonly bytes: number;
  /** @throws NormError if the device cannot run the program. */
  prepare(choose: ChooseVariant): Promise<Trial>;
  destroy(): void;
}

/** A candidate, ready to be timed. */
export interface Trial {
  readonly norm: Norm;
  record(pass: GPUComputePassEncoder): void;
  /** Runs once, starting from the given states, and reads the outputs and updated states. */
  outputs(): Promise<ReadonlyMap<string, ArrayLike<number>>>;
  destroy(): void;
}

/** @throws NormError N508 before it makes any data, if a tensor is larger than the device allows. */
export function makeTrialBuffers(
  device: GPUDevice,
  { program, options, feeds: given }: SizedProgram,
): TrialBuffers {
  const shapes = resolveShapes(program, options.dims, options.params);
  const dtypes = resolveDtypes(program, options.dtype);
  checkSizes(program, shapes, dtypes, device);
  const tensors = program.tensors.filter((one) => one.role !== "scratch");
  const feeds = given ?? randomFeeds(program, shapes, dtypes);
  const buffers = new Map<string, GPUBuffer>();
  let bytes = 0;
  for (const tensor of tensors) {
    const count = shapes.elements.get(tensor.name)!;
    const dtype = dtypes.get(tensor.name)!;
    const buffer = storageBuffer(device, bufferBytes(count, dtype));
    buffers.set(tensor.name, buffer);
    bytes += count * elementBytes[dtype] * (tensor.updated === true ? 2 : 1);
    const values = feeds.get(tensor.name);
    if (values !== undefined) upload(device, buffer, values, dtype);
  }
  const named = Object.fromEntries(buffers);
  const states = tensors.filter((one) => one.updated === true);
  const results = [...tensors.filter((one) => one.role === "output"), ...states];

  const reset = (): void => {
    for (const { name } of states) {
      upload(device, buffers.get(name)!, feeds.get(name)!, dtypes.get(name)!);
    }
  };
  return {
    shapes,
    dtypes,
    feeds,
    bytes,
    async prepare(choose) {
      const norm = await createNorm(device, program, { ...options, choose });
      return {
        norm,
        record: (pass) => norm.encode(pass, named),
        async outputs() {
          reset();
          // Otherwise a candidate that writes nothing would pass, because the results of the previous one are still
          // there.
          clear(device, results, buffers);
          const encoder = device.createCommandEncoder();
          const pass = encoder.beginComputePass();
          norm.encode(pass, named);
          pass.end();
          device.queue.submit([encoder.finish()]);
          const read = await Promise.all(
            results.map(async ({ name }) => {
              const data = await readBack(device, buffers.get(name)!);
              return [name, readElements(data, shapes.elements.get(name)!, dtypes.get(name)!)] as const;
            }),
          );
          return new Map(read);
        },
        destroy: () => norm.destroy(),
      };
    },
    destroy() {
      for (const buffer of buffers.values()) buffer.destroy();
    },
  };
}

function clear(
  device: GPUDevice,
  results: readonly ProgramTensor[],
  buffers: ReadonlyMap<string, GPUBuffer>,
): void {
  const encoder = device.createCommandEncoder();
  for (const { name, role } of results) if (role === "output") encoder.clearBuffer(buffers.get(name)!);
  device.queue.submit([encoder.finish()]);
}

const mapRead = 0x1;
const copyTarget = 0x8;

async function readBack(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size: buffer.size, usage: mapRead | copyTarget });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapRead);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
