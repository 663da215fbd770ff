/**
 * The parts of TensorFlow.js that are not its public interface, as they are in 4.22. Nothing else of the adapter reaches into
 * them; `test/adapters/tfjs/private-parts.test.ts` says so when a version changes them.
 */
import type { DataId, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

/** `WebGPUBackend`. What is `private` in its declarations is here, too. */
interface WebgpuParts extends KernelBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(id: DataId): { readonly resource?: GPUBuffer } };
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
  readonly commandEncoder: GPUCommandEncoder | null;
  readonly commandQueueOwnedIds: WeakSet<DataId>;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  uploadToGPU(id: DataId): void;
  makeTensorInfo(shape: readonly number[], dtype: string): TensorInfo;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** `BackendWasm`. */
interface WasmParts extends KernelBackend {
  typedArrayFromHeap(info: TensorInfo): Float32Array | Int32Array;
}

export function deviceOf(backend: KernelBackend): GPUDevice {
  return (backend as WebgpuParts).device;
}

/** The buffer of a tensor, which is uploaded if it is not on the device yet. */
export function bufferOf(backend: KernelBackend, { dataId }: TensorInfo): GPUBuffer {
  const { tensorMap } = backend as WebgpuParts;
  (backend as WebgpuParts).uploadToGPU(dataId);
  return tensorMap.get(dataId).resource!;
}

/** A tensor on the device with a buffer of its own, whose contents are whatever lies there. */
export function newTensor(backend: KernelBackend, shape: readonly number[], dtype: string): TensorInfo {
  const info = (backend as WebgpuParts).makeTensorInfo(shape, dtype);
  (backend as WebgpuParts).uploadToGPU(info.dataId);
  return info;
}

/** A tensor with the same contents in a buffer of its own. */
export function copyOf(backend: KernelBackend, from: TensorInfo): TensorInfo {
  const parts = backend as WebgpuParts;
  const source = bufferOf(parts, from);
  const copy = newTensor(parts, from.shape, from.dtype);
  parts.ensureCommandEncoderReady();
  parts.endComputePassEncoder();
  parts.commandEncoder!.copyBufferToBuffer(source, 0, bufferOf(parts, copy), 0, source.size);
  hold(parts, [from, copy]);
  return copy;
}

/**
 * Records into the compute pass that the backend has open, so that nothing is submitted for it and the order is that of the
 * ops. The backend submits as it does for its own: after so many dispatches.
 * @param infos the tensors whose buffers `record` uses. They live until the commands are submitted.
 */
export function recordInto(
  backend: KernelBackend,
  infos: readonly TensorInfo[],
  dispatches: number,
  most: number,
  record: (pass: GPUComputePassEncoder) => void,
): void {
  const parts = backend as WebgpuParts;
  parts.ensureCommandEncoderReady();
  parts.computePassEncoder ??= parts.commandEncoder!.beginComputePass();
  record(parts.computePassEncoder);
  hold(parts, infos);
  parts.dispatchCountInPass += dispatches;
  if (parts.dispatchCountInPass < most) return;
  parts.endComputePassEncoder();
  parts.submitQueue();
}

/** The backend gives a buffer to another tensor only when what it has recorded with it is submitted. */
function hold({ commandQueueOwnedIds }: WebgpuParts, infos: readonly TensorInfo[]): void {
  for (const { dataId } of infos) commandQueueOwnedIds.add(dataId);
}

/** The elements of a tensor, in the memory of the wasm backend where it is that, else a copy or the array itself. */
export function elementsOf(backend: KernelBackend, info: TensorInfo): ArrayLike<number> {
  if ("typedArrayFromHeap" in backend) return (backend as WasmParts).typedArrayFromHeap(info);
  return backend.readSync(info.dataId) as Float32Array | Int32Array;
}

/** A tensor of these elements. The wasm backend copies them; others keep the array. */
export function tensorOf(
  backend: KernelBackend,
  elements: Float32Array | Int32Array,
  shape: number[],
  dtype: "float32" | "int32",
): TensorInfo {
  const copies = "typedArrayFromHeap" in backend;
  const dataId = backend.write(copies ? elements : elements.slice(), shape, dtype);
  return { dataId, shape, dtype };
}
