/** TensorFlow.js with its webgpu backend. Everything stays on the device, and a chain is awaited once. */
import type * as TensorFlow from "@tensorflow/tfjs-core";
import type { BenchCase } from "../cases.ts";
import { serve, timedRun } from "../contestant.ts";
import type { CaseData } from "../data.ts";
import { product } from "../view.ts";
import { openTensorFlow, type Tf } from "./tensorflow-backend.ts";

serve(async () => {
  const { tf, versions, finish } = await openTensorFlow();
  return {
    versions,
    async prepare(one, data, dtype) {
      if (dtype === "f16") throw new Error("no f16 storage");
      const x = tf.tensor(Float32Array.from(data.x), [...one.shape]);
      const { layer, note, dispose } = layerOf(tf, one, data);
      const run = async (count: number): Promise<void> => {
        for (let i = 1; i < count; i++) layer(x).dispose();
        await finish(layer(x));
      };
      return {
        entries: [
          {
            name: "TF.js",
            note,
            timed: timedRun(run, 400),
            async result() {
              const y = layer(x);
              const values = await y.data();
              y.dispose();
              return values as Float32Array;
            },
          },
        ],
        release() {
          x.dispose();
          dispose();
        },
      };
    },
  };
});

/** As its users compose it: moments, then batchNorm, which takes statistics of any broadcast shape. */
function layerOf(tf: Tf, one: BenchCase, data: CaseData) {
  const { op, shape, groups, eps } = one;
  const [first = 1, second = 1, ...rest] = shape;
  const ones = rest.map(() => 1);
  const constants: TensorFlow.Tensor[] = [];
  const constant = (values: Float32Array, dims: readonly number[]): TensorFlow.Tensor => {
    const made = tf.tensor(Float32Array.from(values), [...dims]);
    constants.push(made);
    return made;
  };
  const build = (): { note: string; layer: (x: TensorFlow.Tensor) => TensorFlow.Tensor } => {
    const normed = (axes: number[], affineDims: readonly number[] | undefined) => {
      const gamma = affineDims === undefined ? undefined : constant(data.gamma, affineDims);
      const beta = affineDims === undefined ? undefined : constant(data.beta, affineDims);
      return {
        note: "moments, batchNorm",
        layer: (x: TensorFlow.Tensor): TensorFlow.Tensor => {
          const { mean, variance } = tf.moments(x, axes, true);
          return tf.batchNorm(x, mean as never, variance as never, beta as never, gamma as never, eps);
        },
      };
    };
    switch (op) {
      case "layer":
        return normed([shape.length - 1], [...shape.slice(1).map(() => 1), shape.at(-1) ?? 1]);
      case "layer-channels":
        return normed([1], [1, second, ...ones]);
      case "rms": {
        const gamma = constant(data.gamma, [shape.at(-1) ?? 1]);
        return {
          note: "square, mean, rsqrt, mul, mul",
          layer: (x) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))), gamma),
        };
      }
      case "instance":
        return normed(
          rest.map((_, i) => i + 2),
          [1, second, ...ones],
        );
      case "batch-train":
        return normed([0, ...rest.map((_, i) => i + 2)], [1, second, ...ones]);
      case "batch-infer": {
        const dims = [1, second, ...ones];
        const [mean, variance] = [constant(data.mean, dims), constant(data.variance, dims)];
        const [gamma, beta] = [constant(data.gamma, dims), constant(data.beta, dims)];
        return {
          note: "batchNorm",
          layer: (x) => tf.batchNorm(x, mean as never, variance as never, beta as never, gamma as never, eps),
        };
      }
      case "group": {
        const [gamma, beta] = [constant(data.gamma, [1, second, 1]), constant(data.beta, [1, second, 1])];
        return {
          note: "reshape, moments, batchNorm, mul, add",
          layer: (x) => {
            const grouped = tf.reshape(x, [first, groups, (second / groups) * product(rest)]);
            const { mean, variance } = tf.moments(grouped, 2, true);
            const y = tf.batchNorm(
              grouped as never,
              mean as never,
              variance as never,
              undefined,
              undefined,
              eps,
            );
            const channels = tf.reshape(y, [first, second, product(rest)]);
            return tf.reshape(tf.add(tf.mul(channels, gamma), beta), [...shape]);
          },
        };
      }
      case "weight":
        return normed(
          shape.slice(1).map((_, i) => i + 1),
          undefined,
        );
      case "scaled-weight": {
        const gain = constant(data.gamma, [first, ...shape.slice(1).map(() => 1)]);
        const fanIn = product(shape.slice(1));
        const axes = shape.slice(1).map((_, i) => i + 1);
        return {
          note: "moments, sub, maximum, rsqrt, mul, mul",
          layer: (x) => {
            const { mean, variance } = tf.moments(x, axes, true);
            const scale = tf.mul(tf.rsqrt(tf.maximum(tf.mul(variance, fanIn), eps)), gain);
            return tf.mul(tf.sub(x, mean), scale);
          },
        };
      }
    }
  };
  const { note, layer } = build();
  return {
    note,
    layer: (x: TensorFlow.Tensor): TensorFlow.Tensor => tf.tidy(() => layer(x)),
    dispose: () => tf.dispose(constants),
  };
}
