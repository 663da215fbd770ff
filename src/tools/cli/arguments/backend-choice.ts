/** The backends of `normc run`. `auto` takes WebGPU where there is a GPU, else WebAssembly. */
export const backendChoices = [
  "auto",
  "webgpu",
  "wasm",
  "gpujs",
  "gpujs:webgl2",
  "gpujs:webasm",
  "gpujs:cpu",
  "oracle",
] as const;

export type BackendChoice = (typeof backendChoices)[number];

/** Those of `normc bench`. */
export const benchBackends = ["auto", "webgpu", "wasm"] as const;

export type BenchBackend = (typeof benchBackends)[number];
