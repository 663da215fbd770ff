/** What layers without a counterpart in TensorFlow.js are made of on backends that have no kernels of ours. */
import { add, moments, mul, rsqrt, sub, type Tensor } from "@tensorflow/tfjs-core";

export function standardized(x: Tensor, axes: number[], epsilon: number): Tensor {
  const { mean, variance } = moments(x, axes, true);
  return mul(sub(x, mean), rsqrt(add(variance, epsilon)));
}

/** Along the last axis. */
export function scaled(x: Tensor, gamma: Tensor | undefined, beta: Tensor | undefined): Tensor {
  const stretched = gamma === undefined ? x : mul(x, gamma);
  return beta === undefined ? stretched : add(stretched, beta);
}
