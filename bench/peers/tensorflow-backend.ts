import type * as TensorFlow from "@tensorflow/tfjs-core";
import { giveWayOnSoftware, provideNavigatorGpu } from "./navigator-gpu.ts";

export type Tf = typeof TensorFlow;

export interface Backend {
  readonly tf: Tf;
  readonly versions: Readonly<Record<string, string>>;
  /** Waits for all work up to this tensor, and disposes of it. @throws Error if the device refused any of it. */
  finish(last: TensorFlow.Tensor): Promise<void>;
}

/** @throws Error if the webgpu backend is not available. */
export async function openTensorFlow(): Promise<Backend> {
  // The backend looks for navigator.gpu when it is imported.
  provideNavigatorGpu();
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("the backend webgpu cannot be set");
  await tf.ready();
  if (tf.getBackend() !== "webgpu") throw new Error(`the backend is ${tf.getBackend()}`);
  const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
  giveWayOnSoftware(device);
  // A refused dispatch leaves the buffer unchanged. Without this check we would time nothing.
  let refused: string | undefined;
  device.addEventListener("uncapturederror", ({ error }) => {
    refused = error.message;
  });
  return {
    tf,
    versions: { "TensorFlow.js": tf.version_core },
    async finish(last) {
      // The backend has no public way to submit and wait. Reading one element of the last result does both.
      const element = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), 0, 1));
      last.dispose();
      await element.data();
      element.dispose();
      if (refused !== undefined) throw new Error(refused);
    },
  };
}
