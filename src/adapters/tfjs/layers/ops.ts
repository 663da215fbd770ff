/** The norms of Keras as ops, and the backends that their code is loaded for. */
import { engine, findBackendFactory } from "@tensorflow/tfjs-core";
import { tfOp } from "../tf-op.ts";
import * as webgpu from "./generated/keras.ts";
import * as wasm from "./generated/keras.wasm.ts";

export const ops = {
  batch: tfOp(webgpu.BatchNormalization, wasm.BatchNormalization),
  layer: tfOp(webgpu.LayerNormalization, wasm.LayerNormalization),
  group: tfOp(webgpu.GroupNormalization, wasm.GroupNormalization),
  rms: tfOp(webgpu.RMSNormalization, wasm.RMSNormalization),
  unit: tfOp(webgpu.UnitNormalization, wasm.UnitNormalization),
};

/** A backend that the ops run on. */
export type FusedBackend = "webgpu" | "wasm" | "cpu";

const loaded = new Set<string>();

/**
 * Loads the kernels for a backend. The import of the layers has done it for webgpu and wasm if they were registered before; cpu
 * takes what wasm takes.
 */
export async function loadKernels(backend: FusedBackend): Promise<void> {
  await Promise.all(Object.values(ops).map((op) => op.load(backend)));
  loaded.add(backend);
}

/** Loads the kernels for the backends that are registered. */
export async function loadForRegistered(): Promise<void> {
  const known = (["webgpu", "wasm"] as const).filter((name) => findBackendFactory(name) != null);
  await Promise.all(known.map(loadKernels));
}

/** Whether the backend in use has kernels. Without them a layer does what TensorFlow.js does. */
export function hasKernels(): boolean {
  return loaded.has(engine().backendName);
}
