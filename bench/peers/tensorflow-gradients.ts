/**
 * TensorFlow.js's gradients with its webgpu backend: `grads` of a composed layer, with a cotangent. It records a tape,
 * so its forward pass is always included.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { BenchCase } from "../cases.ts";
import { serve, timedRun } from "../contestant.ts";
import { cotangentOf } from "../data.ts";
import { type GradientOp, isGradientOp } from "../gradient-reference.ts";
import { product, viewOf } from "../view.ts";
import { openTensorFlow, type Tf } from "./tensorflow-backend.ts";
import { resolveAsBundlersDo } from "./tensorflow-modules.ts";

serve(async () => {
  resolveAsBundlersDo();
  const { tf, versions, finish } = await openTensorFlow();
  // Imported by a variable name, because the module has no types.
  const registering: string = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  await import(registering);
  return {
    versions,
    async prepare(one, data) {
      const { layer, note } = layerOf(tf, one);
      const { affine, centred } = viewOf(one);
      const scaled = affine === "channel";
      const tensor = (values: Float32Array, shape: readonly number[]): Tensor =>
        tf.tensor(Float32Array.from(values), [...shape]);
      const inputs = [
        tensor(data.x, one.shape),
        ...(scaled ? [tensor(data.gamma, [data.gamma.length])] : []),
        ...(scaled && centred ? [tensor(data.beta, [data.beta.length])] : []),
      ];
      const dy = tensor(cotangentOf(one), one.shape);
      const gradient = tf.grads(layer);
      const forward = (): Tensor => tf.tidy(() => layer(...inputs));
      const backward = (): Tensor[] => tf.tidy(() => gradient(inputs, dy));
      const chain =
        (step: () => Tensor[]) =>
        async (count: number): Promise<void> => {
          for (let i = 1; i < count; i++) tf.dispose(step());
          const [last, ...rest] = step();
          tf.dispose(rest);
          await finish(last!);
        };
      return {
        entries: [
          {
            name: "TF.js forward + gradient",
            note,
            timed: timedRun(chain(backward), 400),
            async gradients() {
              const made = backward();
              const [d_x, d_gamma, d_beta] = await Promise.all(made.map((one) => one.data<"float32">()));
              tf.dispose(made);
              return { d_x: d_x!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
            },
          },
          {
            name: "TF.js forward",
            note,
            timed: timedRun(
              chain(() => [forward()]),
              400,
            ),
            async result() {
              const y = forward();
              const values = await y.data<"float32">();
              y.dispose();
              return values;
            },
          },
        ],
        release: () => tf.dispose([...inputs, dy]),
      };
    },
  };
});

interface Composed {
  readonly note: string;
  /** Takes x, gamma[C] and beta[C], as far as the norm has them. */
  layer(...inputs: Tensor[]): Tensor;
}

/**
 * `batchNorm` cannot be used: its gradient fails unless the statistics have rank 1, along the last axis. So the layer
 * is written as arithmetic, with the fewest passes over whole tensors that we found: the statistics of a channel, gamma
 * and beta are combined to one factor and one summand, and one mul and one add remain.
 */
function layerOf(tf: Tf, one: BenchCase): Composed {
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
