/** The backends of `normc run`. `auto` takes WebGPU, else the best one of gpu.js, else the oracle. */
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
