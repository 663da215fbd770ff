/** A norm with its own buffers, ready to be timed. */
import type { FloatType, Program } from "../../program/program.ts";
import { elementBytes } from "../../runtime/shapes/element-types.ts";
import {
  type ChooseVariant,
  createNorm,
  type Dispatch,
  type Norm,
  resolveShapes,
} from "../../runtime/webgpu/index.ts";
import { randomFeeds } from "./random-feeds.ts";
import { storageBuffer, upload } from "./storage-buffer.ts";
import { variantText } from "./variant-text.ts";

export interface TimedNormOptions {
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: FloatType | Readonly<Record<string, FloatType>>;
  /** The elements of each tensor, as bytes. Tensors without an entry get random ones; affines can be left out. */
  readonly feeds?: Readonly<Record<string, BufferSource>>;
  /** @default the default rule */
  readonly choose?: ChooseVariant;
}

export interface TimedNorm {
  readonly norm: Norm;
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  /** The minimum traffic: each input is read once, each output is written once, an updated state both. */
  readonly bytes: number;
  readonly variant: string;
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** @throws NormError if the dims do not fit the norm or the device. */
export async function prepareTimedNorm(
  device: GPUDevice,
  program: Program,
  options: TimedNormOptions,
): Promise<TimedNorm> {
  const { dims, params, dtype, choose } = options;
  const chosen = choose === undefined ? {} : { choose };
  const norm = await createNorm(device, program, { dims, params, dtype, ...chosen });
  const shapes = resolveShapes(program, dims, params);
  const { feeds = {} } = options;
  const isFed = program.tensors.every(
    ({ name, role }) => role === "scratch" || role === "output" || feeds[name] !== undefined,
  );
  const random = isFed ? new Map<string, never>() : randomFeeds(program, shapes, norm.dtypes);
  const buffers: Record<string, GPUBuffer> = {};
  let bytes = 0;
  for (const tensor of program.tensors) {
    if (tensor.role === "scratch") continue;
    const type = norm.dtypes.get(tensor.name)!;
    const count = shapes.elements.get(tensor.name) ?? 0;
    const size = count * elementBytes[type];
    const buffer = storageBuffer(device, size);
    const given = feeds[tensor.name];
    const values = random.get(tensor.name);
    if (given !== undefined) device.queue.writeBuffer(buffer, 0, given);
    else if (values !== undefined) upload(device, buffer, values, type);
    buffers[tensor.name] = buffer;
    bytes += size * (tensor.role === "state" && tensor.updated ? 2 : 1);
  }
  return {
    norm,
    buffers,
    bytes,
    variant: program.kernels
      .map(({ name }) => norm.dispatches.filter((one) => one.kernel.name === name))
      .filter((dispatches) => dispatches.length > 0)
      .map((dispatches) => {
        const [{ variant, shader }] = dispatches as [Dispatch];
        return variantText(variant, shader.vector, dispatches.length);
      })
      .join("; "),
    record: (pass) => norm.encode(pass, buffers),
    destroy() {
      norm.destroy();
      for (const buffer of Object.values(buffers)) buffer.destroy();
    },
  };
}
