/** Where `normc run` can be told to run; `auto` takes WebGPU, then the best of gpu.js, then the oracle. */
export const backendChoices = [
  "auto",
  "webgpu",
  "gpujs",
  "gpujs:webgl2",
  "gpujs:webasm",
  "gpujs:cpu",
  "oracle",
] as const;

export type BackendChoice = (typeof backendChoices)[number];
