/** Saved Keras models on our layers: loaded, trained, saved; beside the same model on TensorFlow.js's own. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterAll, expect, test } from "vitest";
import { normals } from "../../support/random.ts";
import { openTensorFlow } from "./tensorflow.ts";

const { tf, close } = await openTensorFlow();
const tfl = await import("@tensorflow/tfjs-layers");
const { SerializationMap } = tf.serialization;
const own = [tfl.layers.batchNormalization({ name: "a" }), tfl.layers.layerNormalization({ name: "b" })].map(
  (one) => one.constructor as never,
);
// The layers load their kernels for backends that are set up before.
const fused = await import("../../../src/adapters/tfjs/layers/index.ts");
const ours = [fused.BatchNormalization, fused.LayerNormalization] as never[];
await fused.loadKernels("cpu");
afterAll(close);

/** As Keras writes it (`keras.Model.to_json`, the `model_config` of a saved model). */
const layer = (class_name: string, config: object) => ({
  class_name,
  config: { trainable: true, dtype: "float32", ...config },
});

const topology = (layers: readonly object[]) => ({
  keras_version: "2.15.0",
  backend: "tensorflow",
  model_config: { class_name: "Sequential", config: { name: "sequential", layers } },
});

const convolutional = topology([
  layer("Conv2D", {
    name: "conv",
    batch_input_shape: [null, 6, 6, 2],
    filters: 4,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: "same",
    data_format: "channels_last",
    dilation_rate: [1, 1],
    activation: "linear",
    use_bias: false,
    kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
  }),
  layer("BatchNormalization", {
    name: "bn",
    axis: [3],
    momentum: 0.9,
    epsilon: 0.001,
    center: true,
    scale: true,
    beta_initializer: { class_name: "Zeros", config: {} },
    gamma_initializer: { class_name: "Ones", config: {} },
    moving_mean_initializer: { class_name: "Zeros", config: {} },
    moving_variance_initializer: { class_name: "Ones", config: {} },
    beta_regularizer: null,
    gamma_regularizer: null,
    beta_constraint: null,
    gamma_constraint: null,
  }),
  layer("Activation", { name: "relu", activation: "relu" }),
  layer("Flatten", { name: "flatten", data_format: "channels_last" }),
  layer("LayerNormalization", {
    name: "ln",
    axis: [1],
    epsilon: 0.001,
    center: true,
    scale: true,
    beta_initializer: { class_name: "Zeros", config: {} },
    gamma_initializer: { class_name: "Ones", config: {} },
    beta_regularizer: null,
    gamma_regularizer: null,
    beta_constraint: null,
    gamma_constraint: null,
  }),
  layer("Dense", {
    name: "dense",
    units: 3,
    activation: "softmax",
    use_bias: true,
    kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
    bias_initializer: { class_name: "Zeros", config: {} },
  }),
]);

type Weight = readonly [name: string, shape: number[]];

const weights: readonly Weight[] = [
  ["conv/kernel", [3, 3, 2, 4]],
  ...["gamma", "beta", "moving_mean", "moving_variance"].map((one): Weight => [`bn/${one}`, [4]]),
  ["ln/gamma", [144]],
  ["ln/beta", [144]],
  ["dense/kernel", [144, 3]],
  ["dense/bias", [3]],
];

/** The model file in memory. Variances are above 0. */
function artifacts(modelTopology: object, specs: readonly Weight[]) {
  const values = specs.map(([name, shape], i) => {
    const some = normals(
      50 + i,
      shape.reduce((a, b) => a * b, 1),
      0,
      0.4,
    );
    return name.includes("variance") ? some.map((one) => 0.5 + one * one) : some;
  });
  return tf.io.fromMemory({
    modelTopology,
    weightSpecs: specs.map(([name, shape]) => ({ name, shape, dtype: "float32" as const })),
    weightData: Float32Array.from(values.flatMap((one) => [...one])).buffer,
  });
}

async function loadWith(
  classes: readonly never[],
  handler: Parameters<typeof tfl.loadLayersModel>[0],
): Promise<LayersModel> {
  for (const one of classes) SerializationMap.register(one);
  return tfl.loadLayersModel(handler);
}

function furthest(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  return Math.max(...Array.from(got, (one, i) => Math.abs(one - want[i]!)));
}

test("a saved model gives on our layers what it gives on TensorFlow.js's own, loaded, trained and saved again", async () => {
  // The wasm backend has no gradient of a convolution.
  await tf.setBackend("cpu");
  const x = tf.tensor(normals(1, 8 * 72), [8, 6, 6, 2]);
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], "int32"), 3);
  const trained = [];
  for (const classes of [own, ours]) {
    const model = await loadWith(classes, artifacts(convolutional, weights));
    expect(model.layers.some((one) => one instanceof fused.BatchNormalization)).toBe(classes === ours);
    const before = await (model.predict(x) as Tensor).data();
    model.compile({ optimizer: tf.train.sgd(0.05), loss: "categoricalCrossentropy" });
    const { history } = await model.fit(x, labels, { epochs: 6, batchSize: 8, shuffle: false, verbose: 0 });
    trained.push({
      model,
      before,
      loss: history.loss as number[],
      after: await (model.predict(x) as Tensor).data(),
    });
  }
  const [theirs, mine] = trained as [(typeof trained)[0], (typeof trained)[0]];
  expect(furthest(mine.before, theirs.before)).toBeLessThan(1e-5);
  expect(mine.loss.at(-1)).toBeLessThan(mine.loss[0]! / 2);
  expect(furthest(mine.loss, theirs.loss)).toBeLessThan(1e-4);
  expect(furthest(mine.after, theirs.after)).toBeLessThan(1e-4);

  // What ours saves, TensorFlow.js's own loads.
  let saved: Parameters<typeof tf.io.fromMemory>[0] | undefined;
  await mine.model.save(
    tf.io.withSaveHandler(async (made) => {
      saved = made as never;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
    }),
  );
  const back = await loadWith(own, tf.io.fromMemory(saved!));
  expect(back.layers.map((one) => one.getClassName())).toEqual(
    mine.model.layers.map((one) => one.getClassName()),
  );
  expect(furthest(await (back.predict(x) as Tensor).data(), mine.after)).toBeLessThan(1e-5);
});

test("models with norms that TensorFlow.js has not are loaded, too", async () => {
  const model = await loadWith(
    ours,
    artifacts(
      topology([
        layer("GroupNormalization", {
          name: "gn",
          batch_input_shape: [null, 3, 8],
          groups: 4,
          axis: -1,
          epsilon: 0.001,
        }),
        layer("RMSNormalization", { name: "rms", axis: -1, epsilon: 1e-6 }),
        layer("UnitNormalization", { name: "unit", axis: -1 }),
      ]),
      [
        ["gn/gamma", [8]],
        ["gn/beta", [8]],
        ["rms/scale", [8]],
      ],
    ),
  );
  const y = model.predict(tf.tensor(normals(2, 48), [2, 3, 8])) as Tensor;
  const lengths = await tf.sum(tf.square(y), -1).data();
  expect(
    furthest(
      lengths,
      lengths.map(() => 1),
    ),
  ).toBeLessThan(1e-5);
});

test("tensors do not pile up in a thousand steps", async () => {
  await tf.setBackend("wasm");
  const x = tf.tensor(normals(1, 24), [4, 6]);
  const model = tfl.sequential({
    layers: [new fused.BatchNormalization({ inputShape: [6] }), new fused.RMSNormalization()],
  });
  const optimizer = tf.train.sgd(0.01);
  const step = (): void => {
    optimizer.minimize(() => tf.tidy(() => tf.mean(tf.square(model.apply(x, { training: true }) as Tensor))));
  };
  step();
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  for (let i = 0; i < 1000; i++) step();
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
});

/** Layers models inside packages of other people, which are no dependency of ours: 42 MB, for one test. */
const nsfw = ["../../../node_modules/nsfwjs/", "../../../bench/peers/node_modules/nsfwjs/"]
  .map((one) => new URL(`${one}dist/models/mobilenet_v2/`, import.meta.url))
  .find((one) => existsSync(one));
if (nsfw === undefined)
  console.log("skipped: nsfwjs is not installed, whose MobileNetV2 is somebody else's Keras model");

test.skipIf(nsfw === undefined)(
  "the MobileNetV2 of nsfwjs gives the same on our layers as on TensorFlow.js's own",
  async () => {
    const require = createRequire(import.meta.url);
    const { modelTopology, weightsManifest } = require(new URL("model.min.js", nsfw).pathname);
    const shard = require(new URL("group1-shard1of1.min.js", nsfw).pathname);
    const weightData = Uint8Array.from(Buffer.from(shard, "base64")).buffer;
    const weightSpecs = weightsManifest.flatMap((one: { weights: object[] }) => one.weights);
    const x = tf.tensor(normals(4, 2 * 224 * 224 * 3, 0.5, 0.25), [2, 224, 224, 3]);
    const results = [];
    for (const classes of [own, ours]) {
      const model = await loadWith(classes, tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
      results.push(await (model.predict(x) as Tensor).data());
    }
    expect(furthest(results[1]!, results[0]!)).toBeLessThan(1e-5);
  },
);
