import { NormError } from "../../runtime/shapes/errors.ts";
import type { OrtModule } from "./ort.ts";

/**
 * The device of ONNX Runtime's sessions, for `create` of a norm. ONNX Runtime makes it itself, with the first session for
 * WebGPU; a device that is set before that can be ignored (onnxruntime #26107), so ask after a session is made.
 * @throws NormError (as a rejection) N530 if there is none yet.
 */
export async function sessionDevice(ort: Pick<OrtModule, "env">): Promise<GPUDevice> {
  const device = (await ort.env.webgpu.device) as GPUDevice | undefined;
  if (device?.queue !== undefined) return device;
  throw new NormError(
    "N530",
    'ONNX Runtime has no device yet: first await ort.InferenceSession.create(…, { executionProviders: ["webgpu"] })',
  );
}
