/**
 * `normc/onnxruntime`: norms between sessions of ONNX Runtime Web (1.20 or newer), on the device of the sessions and without a
 * copy. Of ONNX Runtime it uses only public names: `env.webgpu.device`, `Tensor.gpuBuffer` and `Tensor.fromGpuBuffer`.
 */
export { type OnTensors, type OrtNorm, onTensors } from "./on-tensors.ts";
export type { OrtModule, OrtTensor } from "./ort.ts";
export { sessionDevice } from "./session-device.ts";
