/** The layers of training in TensorFlow.js, composed of operators that have gradients. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { BenchCase } from "../cases.ts";
import { type GradientOp, isGradientOp } from "../gradient-reference.ts";
import { product } from "../view.ts";
import type { Tf } from "./tensorflow-backend.ts";

export interface Composed {
  readonly note: string;
  /** Takes x, gamma[C] and beta[C], as far as the norm has them. */
  layer(...inputs: Tensor[]): Tensor;
}

/**
 * `batchNorm` cannot be used: its gradient fails unless the statistics have rank 1, along the last axis. So the layer
 * is written as arithmetic, with the fewest passes over whole tensors that we found: the statistics of a channel, gamma
 * and beta are combined to one factor and one summand, and one mul and one add remain.
 */
export function composedLayer(tf: Tf, one: BenchCase): Composed {
  const { op, shape, groups, eps } = one;
  if (!isGradientOp(op)) throw new Error(`not composed: the gradients of ${op}`);
  const [first = 1, second = 1, ...rest] = shape;
  const inverse = (variance: Tensor): Tensor => tf.rsqrt(tf.add(variance, eps));
  const perChannel = (dims: number[], axes: number[], affineDims: number[]): Composed => ({
    note: "moments, mul, add",
    layer(x, gamma, beta) {
      const viewed = tf.reshape(x!, dims);
      const { mean, variance } = tf.moments(viewed, axes, true);
      const scale = tf.mul(inverse(variance), tf.reshape(gamma!, affineDims));
      const shift = tf.sub(tf.reshape(beta!, affineDims), tf.mul(mean, scale));
      return tf.reshape(tf.add(tf.mul(viewed, scale), shift), [...shape]);
    },
  });
  const composed: Readonly<Record<GradientOp, () => Composed>> = {
    layer: () => ({
      note: "moments, sub, mul, mul, add",
      layer(x, gamma, beta) {
        const { mean, variance } = tf.moments(x!, -1, true);
        return tf.add(tf.mul(tf.mul(tf.sub(x!, mean), inverse(variance)), gamma!), beta!);
      },
    }),
    rms: () => ({
      note: "square, mean, mul, mul",
      layer: (x, gamma) => tf.mul(tf.mul(x!, inverse(tf.mean(tf.square(x!), -1, true))), gamma!),
    }),
    instance: () => perChannel([first, second, product(rest)], [2], [1, second, 1]),
    "batch-train": () => perChannel([first, second, product(rest)], [0, 2], [1, second, 1]),
    group: () =>
      perChannel([first, groups, second / groups, product(rest)], [2, 3], [1, groups, second / groups, 1]),
    weight: () => ({
      note: "moments, sub, mul",
      layer(w) {
        const rows = tf.reshape(w!, [first, second * product(rest)]);
        const { mean, variance } = tf.moments(rows, 1, true);
        return tf.reshape(tf.mul(tf.sub(rows, mean), inverse(variance)), [...shape]);
      },
    }),
  };
  return composed[op]();
}
