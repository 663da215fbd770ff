/** The part of ONNX Runtime Web that the adapter needs. `onnxruntime-web` and `onnxruntime-web/webgpu` both have it. */

/** A tensor of ONNX Runtime. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  /** `"gpu-buffer"` for a tensor on the GPU. */
  readonly location: string;
  /** Its buffer. Reading it throws if the tensor lies elsewhere. */
  readonly gpuBuffer: unknown;
  dispose(): void;
}

/** What `import * as ort from "onnxruntime-web"` gives. */
export interface OrtModule<Tensor extends OrtTensor = OrtTensor> {
  readonly env: { readonly webgpu: { readonly device: unknown } };
  readonly Tensor: {
    fromGpuBuffer(
      buffer: GPUBuffer,
      options: { dataType: OrtType; dims: readonly number[]; dispose: () => void },
    ): Tensor;
  };
}

/** Element types that ONNX Runtime has in GPU buffers, by those of norms. It has no int8 there. */
export const ortTypes = {
  f32: "float32",
  f16: "float16",
  i8: undefined,
  u8: "uint8",
  i32: "int32",
  u32: "uint32",
} as const;

export type OrtType = Exclude<(typeof ortTypes)[keyof typeof ortTypes], undefined>;
