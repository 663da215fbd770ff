import { copySource, copyTarget, storage } from "../../runtime/device/ranges.ts";
import { bufferBytes } from "../../runtime/shapes/element-types.ts";
import { NormError } from "../../runtime/shapes/errors.ts";
import type { ExtentsByName, Norm, NormTensor } from "../../runtime/webgpu/index.ts";
import { type OrtModule, type OrtTensor, type OrtType, ortTypes } from "./ort.ts";

/** What the adapter needs of a norm; `Names` are its tensors, `Results` what a run gives. */
export type OrtNorm<Names extends string, Results> = Pick<Norm, "program" | "dims" | "dtypes"> & {
  readonly tensors: Readonly<Record<Names, NormTensor>>;
  encode(target: GPUCommandEncoder, buffers: never, extents?: ExtentsByName): void;
  run(...feeds: never): Promise<Results>;
};

/** Runs a norm on tensors of ONNX Runtime. */
export type OnTensors<Names extends string, Results, Tensor> = (
  tensors: Readonly<Partial<Record<Names, OrtTensor>>>,
  extents?: ExtentsByName,
) => Record<keyof Results, Tensor>;

/**
 * A norm as a function of tensors on the GPU: it binds their buffers, submits its kernels to the queue of the device, and
 * gives its outputs as tensors, which another session takes. Nothing is copied or waited for.
 *
 * Each call makes a buffer for each output; `dispose()` of the tensor destroys it. A tensor that is given under the name of
 * an output is written in its place. States are tensors too, which are updated in place. Affines may be omitted.
 * @param device that of the sessions (`sessionDevice`), on which the norm was made.
 * @param norm a forward or a backward pass.
 * @returns a function of tensors by the names of the spec, and of the extents that the norm leaves open. It throws NormError
 * N501 or N502 (an unknown or a missing tensor), N503 (other dims than the norm's), N514 (a tensor that does not lie on the
 * GPU, or has other elements), and whatever else `encode` throws.
 */
export function onTensors<Names extends string, Results, Tensor extends OrtTensor>(
  ort: Pick<OrtModule<Tensor>, "Tensor">,
  device: GPUDevice,
  norm: OrtNorm<Names, Results>,
): OnTensors<Names, Results, Tensor> {
  const { program, dims, dtypes } = norm;
  const results = program.tensors.filter((one) => one.role === "output" || one.updated === true);

  function newTensor(name: string, extents: ExtentsByName): Tensor {
    const own = dimsAt(norm, name, extents);
    const dtype = dtypes.get(name) ?? "f32";
    const dataType = ortTypeOf(norm, name);
    const bytes = bufferBytes(
      own.reduce((count, extent) => count * extent, 1),
      dtype,
    );
    const buffer = device.createBuffer({
      label: `${program.norm}.${name}`,
      // ONNX Runtime binds buffers in steps of 16 bytes.
      size: Math.ceil(bytes / 16) * 16,
      usage: storage | copySource | copyTarget,
    });
    const dispose = (): void => buffer.destroy();
    return ort.Tensor.fromGpuBuffer(buffer, { dataType, dims: own, dispose });
  }

  return (tensors, extents = {}) => {
    const used = new Map<string, OrtTensor>();
    for (const [name, tensor] of Object.entries<OrtTensor | undefined>(tensors)) {
      if (tensor === undefined) continue;
      // A name that the norm does not have is an error of `encode`.
      if (dims.has(name)) check(norm, name, tensor, dimsAt(norm, name, extents));
      used.set(name, tensor);
    }
    const made = results.filter(({ name, role }) => role === "output" && !used.has(name));
    for (const { name } of made) used.set(name, newTensor(name, extents));
    const buffers = Object.fromEntries([...used].map(([name, tensor]) => [name, tensor.gpuBuffer]));
    const encoder = device.createCommandEncoder({ label: program.norm });
    try {
      norm.encode(encoder, buffers as never, extents);
    } catch (error) {
      for (const { name } of made) used.get(name)?.dispose();
      throw error;
    }
    device.queue.submit([encoder.finish()]);
    const found = results.map(({ name }) => [name, used.get(name)] as const);
    return Object.fromEntries(found) as Record<keyof Results, Tensor>;
  };
}

type Sized = Pick<Norm, "program" | "dims" | "dtypes">;

/** The dims of a tensor for the extents of a call. */
function dimsAt({ program, dims }: Sized, name: string, extents: ExtentsByName): readonly number[] {
  const most = dims.get(name) ?? [];
  const axes = program.tensors.find((one) => one.name === name)?.dims ?? [];
  const isVariadic = (axis: string): boolean => program.axes.some((one) => one.name === axis && one.variadic);
  // At most one axis of a tensor is variadic: it has the dims that the others leave.
  let at = 0;
  return axes.flatMap((axis) => {
    const own = most.slice(at, at + (isVariadic(axis) ? most.length - axes.length + 1 : 1));
    at += own.length;
    return Object.hasOwn(extents, axis) ? (extents[axis] ?? own) : own;
  });
}

/** @throws NormError N514 for elements that ONNX Runtime has in no GPU buffer. */
function ortTypeOf({ program, dtypes }: Sized, name: string): OrtType {
  const dtype = dtypes.get(name) ?? "f32";
  const type = ortTypes[dtype];
  if (type !== undefined) return type;
  throw new NormError(
    "N514",
    `${name} of ${program.norm} has elements of ${dtype}, which ONNX Runtime has in no GPU buffer`,
  );
}

function check(
  norm: Sized,
  name: string,
  { type, dims, location }: OrtTensor,
  wanted: readonly number[],
): void {
  const title = `${name} of ${norm.program.norm}`;
  if (location !== "gpu-buffer") {
    throw new NormError(
      "N514",
      `${title}: this tensor's location is "${location}", not "gpu-buffer". preferredOutputLocation: "gpu-buffer" of a session leaves its outputs on the GPU`,
    );
  }
  const own = ortTypeOf(norm, name);
  if (type !== own) throw new NormError("N514", `${title}: expected a ${own} tensor, given ${type}`);
  if (dims.length === wanted.length && dims.every((extent, i) => extent === wanted[i])) return;
  throw new NormError(
    "N503",
    `${title}: expected the dims [${wanted.join(", ")}], given [${dims.join(", ")}]`,
  );
}
