/** The lab's network on TensorFlow.js's own layers, and one of its convolutions, on the backends of Node. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { openDevice } from "../../src/tools/device/index.ts";
import { classes, side } from "../data/data.ts";
import { stages } from "../networks/network.ts";

export type Backend = "wasm" | "webgpu" | "cpu";

/** Runs something `count` times and waits until it is done. */
export type Repeated = (count: number) => Promise<void>;

/** @returns what the backend runs on, or undefined if it is not there; says why. */
export async function useBackend(
  backend: Backend,
): Promise<{ readonly on: string; close(): Promise<void> } | undefined> {
  const close = async (): Promise<void> => undefined;
  if (backend === "webgpu") {
    const reasons: string[] = [];
    const opened = await openDevice({ onMiss: (reason) => reasons.push(reason) });
    if (opened === undefined) {
      process.stderr.write(`no TensorFlow.js on WebGPU: ${reasons.join("; ")}\n`);
      return undefined;
    }
    const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
    // In Node it only looks whether there is one; the device is given.
    Object.defineProperty(navigator, "gpu", { value: {}, configurable: true });
    tf.registerBackend("webgpu", () => new WebGPUBackend(opened.device));
    await tf.setBackend("webgpu");
    return { on: `WebGPU, ${opened.adapter}`, close: () => opened.close() };
  }
  if (backend === "wasm") {
    const require = createRequire(import.meta.url);
    setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist/"));
  }
  await tf.setBackend(backend);
  return { on: backend === "wasm" ? "WebAssembly, one thread" : "JavaScript, one thread", close };
}

export interface ConvolutionCase {
  readonly samples: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
}

/** A convolution of 3x3, and its two gradients. */
export function convolution({
  samples,
  channels,
  filters,
  size,
}: ConvolutionCase): Record<"forward" | "backward", Repeated> {
  const x = tf.randomNormal<tf.Rank.R4>([samples, size, size, channels]);
  const w = tf.randomNormal<tf.Rank.R4>([3, 3, channels, filters]);
  const d_y = tf.randomNormal<tf.Rank.R4>([samples, size, size, filters]);
  const apply = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.conv2d(a, b, 1, "same");
  const gradient = tf.grads((...given: tf.Tensor[]) =>
    apply(given[0] as tf.Tensor4D, given[1] as tf.Tensor4D),
  );
  const repeated =
    (run: () => tf.Tensor): Repeated =>
    async (count) => {
      let last: tf.Tensor | undefined;
      for (let i = 0; i < count; i++) {
        last?.dispose();
        last = tf.tidy(run);
      }
      await last?.data();
      last?.dispose();
    };
  return {
    forward: repeated(() => apply(x, w)),
    backward: repeated(() => {
      const [d_x, d_w] = gradient([x, w], d_y);
      if (d_x === undefined || d_w === undefined) throw new Error("a gradient is missing");
      return tf.concat([tf.reshape(d_x, [-1]), tf.reshape(d_w, [-1])]);
    }),
  };
}

/** A forward pass and a training step of the whole network, with one of the norms that TensorFlow.js has. */
export function network(norm: "BN" | "LN", batch: number): Record<"forward" | "step", Repeated> {
  const model = layers.sequential();
  for (const [i, { filters, stride }] of stages.entries()) {
    model.add(
      layers.layers.conv2d({
        ...(i === 0 ? { inputShape: [side, side, 1] } : {}),
        filters,
        kernelSize: 3,
        strides: stride,
        padding: "same",
        useBias: false,
      }),
    );
    model.add(
      norm === "BN"
        ? layers.layers.batchNormalization({ momentum: 0.9 })
        : layers.layers.layerNormalization({ axis: [1, 2, 3] }),
    );
    model.add(layers.layers.reLU());
  }
  model.add(layers.layers.globalAveragePooling2d({ dataFormat: "channelsLast" }));
  model.add(layers.layers.dense({ units: classes }));
  model.compile({
    optimizer: tf.train.momentum(0.01, 0.9),
    loss: (labels: tf.Tensor, scores: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, scores),
  });
  const x = tf.randomNormal([batch, side, side, 1]);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);
  const target = tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32");
  return {
    async forward(count) {
      for (let i = 0; i < count; i++) {
        const y = model.predict(x, { batchSize: batch }) as tf.Tensor;
        await y.data();
        y.dispose();
      }
    },
    async step(count) {
      for (let i = 0; i < count; i++) await model.trainOnBatch(x, target);
    },
  };
}
