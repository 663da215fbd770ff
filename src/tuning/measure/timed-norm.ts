/** A norm with buffers of its own, ready to be timed. */
import type { Dtype, Program, ProgramTensor } from "../../program/program.ts";
import {
  type ChooseVariant,
  createNorm,
  type Dispatch,
  type Norm,
  resolveShapes,
} from "../../runtime/webgpu/index.ts";
import { storageBuffer } from "./copy.ts";
import { variantText } from "./variant-text.ts";

export interface SubjectOptions {
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: Dtype;
  /** The elements of a tensor, as bytes; random ones where left out. Affines can be left out of the feeds. */
  readonly feeds?: Readonly<Record<string, BufferSource>>;
  /** The default rule where left out. */
  readonly choose?: ChooseVariant;
}

export interface Subject {
  readonly norm: Norm;
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  /** What must move at least: each input read once, each output written once, an updated state both. */
  readonly bytes: number;
  readonly variant: string;
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** @throws NormError where the dims do not fit the norm or the device. */
export async function prepareSubject(
  device: GPUDevice,
  program: Program,
  options: SubjectOptions,
): Promise<Subject> {
  const { dims, params, dtype, choose } = options;
  const chosen = choose === undefined ? {} : { choose };
  const norm = await createNorm(device, program, { dims, params, dtype, ...chosen });
  const { elements } = resolveShapes(program, dims, params);
  const buffers: Record<string, GPUBuffer> = {};
  let bytes = 0;
  for (const tensor of program.tensors) {
    if (tensor.role === "scratch") continue;
    const half = norm.dtypes.get(tensor.name) === "f16";
    const count = elements.get(tensor.name) ?? 0;
    const size = count * (half ? 2 : 4);
    const buffer = storageBuffer(device, size);
    device.queue.writeBuffer(
      buffer,
      0,
      options.feeds?.[tensor.name] ?? randomBytes(buffer.size, tensor, half),
    );
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

/** Between -1 and 1, a state (which may be a variance) and what is saved (rstd) between 0 and 1. */
function randomBytes(bytes: number, tensor: ProgramTensor, half: boolean): BufferSource {
  const from = tensor.role === "state" || tensor.role === "saved" ? 0 : -1;
  if (!half) return Float32Array.from({ length: bytes / 4 }, () => from + Math.random() * (1 - from));
  // Any sign and fraction with an exponent between 2^-15 and 1/2: no infinity, no NaN.
  return Uint16Array.from({ length: bytes / 2 }, () => {
    const sign = from < 0 && Math.random() < 0.5 ? 0x8000 : 0;
    return sign | (Math.floor(Math.random() * 0x3800) + 0x400);
  });
}
