/** The layers under the names of Keras: against TensorFlow.js's own, the float64 oracle and the figures of Keras's tests. */
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { caseFiles, inputData, numbers } from "../../conformance/read.ts";
import { oracle } from "../../support/compare.ts";
import { checkText } from "../../support/library.ts";
import { normals } from "../../support/random.ts";
import { missing } from "../../support/requirements.ts";
import { openTensorFlow } from "./tensorflow.ts";

const { tf, backends, close } = await openTensorFlow();
const tfl = await import("@tensorflow/tfjs-layers");
const fused = await import("../../../src/adapters/tfjs/layers/index.ts");
await fused.loadKernels("cpu");
afterAll(close);

type Layer = layers.Layer;
type Config = Readonly<Record<string, unknown>>;

const path = "../../../src/adapters/tfjs/layers/keras.norm";
const specs = checkText({ path: "keras.norm", text: readFileSync(new URL(path, import.meta.url), "utf8") });

/** What the spec of a norm gives in float64. */
function exact(
  norm: string,
  mode: "train" | "infer" | null,
  dims: readonly number[],
  feeds: Record<string, Float32Array>,
  params = {},
) {
  const graph = specs.find(({ name }) => name === norm)!.graphs.find((one) => one.mode === mode)!;
  return oracle({ graph, dims: { x: dims }, params, feeds });
}

function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  return Math.max(...Array.from(got, (one, i) => Math.abs(one - want[i]!) / Math.max(1, Math.abs(want[i]!))));
}

const tensor = (seed: number, shape: number[], mean = 0): Tensor =>
  tf.tensor(
    normals(
      seed,
      shape.reduce((a, b) => a * b, 1),
      mean,
    ),
    shape,
  );

/** Builds a layer with random weights, and variances above 0. */
function built<L extends Layer>(layer: L, shape: number[]): L {
  layer.apply(tfl.input({ shape: shape.slice(1) }));
  layer.setWeights(
    layer.weights.map((one, i) => {
      const random = tensor(31 + i, one.shape as number[]);
      return one.originalName.includes("variance") ? tf.add(tf.abs(random), 0.5) : random;
    }),
  );
  return layer;
}

const names = (layer: Layer): string[] =>
  layer.weights.map(({ originalName }) => originalName.split("/").at(-1)!);

/** The output and the weights after the step. */
async function step(layer: Layer, x: Tensor, training: boolean) {
  const y = layer.call(x, { training }) as Tensor;
  return { y: await y.data(), after: await Promise.all(layer.getWeights().map((one) => one.data())) };
}

/** The gradients of x and of the trainable weights. */
async function gradients(layer: Layer, x: Tensor, training: boolean) {
  const dy = tensor(77, x.shape);
  const loss = (one: Tensor): Tensor => tf.sum(tf.mul(layer.call(one, { training }) as Tensor, dy));
  const made = tf.grads((...given: Tensor[]) => loss(given[0]!))([
    x,
    ...layer.trainableWeights.map((one) => one.read()),
  ]);
  return Promise.all(made.map((one) => one.data()));
}

/** `breaks`: its gradient ends in an error in TensorFlow.js's own layer. */
type How = "trains" | "infers" | "breaks";

const cases: readonly (readonly ["batchNormalization" | "layerNormalization", number[], Config, How])[] = [
  ["batchNormalization", [6, 5], {}, "trains"],
  ["batchNormalization", [3, 4, 4, 8], { momentum: 0.7, epsilon: 1e-5 }, "trains"],
  ["batchNormalization", [3, 4, 4, 8], {}, "infers"],
  ["layerNormalization", [4, 16], {}, "infers"],
  ["layerNormalization", [2, 3, 5, 8], { axis: [2, 3], epsilon: 1e-5 }, "infers"],
  ["layerNormalization", [2, 6, 5], { axis: 1, center: false }, "breaks"],
];

const classes = {
  batchNormalization: fused.BatchNormalization,
  layerNormalization: fused.LayerNormalization,
};

describe.each(backends)("%s", (backend) => {
  beforeAll(() => tf.setBackend(backend));

  // A software adapter takes seconds for the kernels of each.
  const own = cases.filter((_, i) => backend !== "webgpu" || i === 1 || i === 6);
  test.each(own)("%s of %j with %j, which %s: as TensorFlow.js's own", async (name, shape, config, how) => {
    const training = name === "batchNormalization" && how !== "infers";
    const x = tensor(5, shape);
    const theirs = built(tfl.layers[name](config as never), shape);
    const ours = built(new classes[name](config), shape);
    expect(names(ours)).toEqual(names(theirs));
    expect(ours.getConfig()).toEqual({ ...theirs.getConfig(), name: ours.name });
    // TensorFlow.js compiles dozens of kernels for its gradients; those of ours are tested as ops.
    if (how !== "breaks" && backend !== "webgpu") {
      const [want, got] = [await gradients(theirs, x, training), await gradients(ours, x, training)];
      for (const [i, one] of want.entries()) {
        // Sums of as many products as there are elements for each weight; both sides add them up in f32.
        const scale = Math.max(...one.map(Math.abs), Math.sqrt(x.size / one.length));
        const scaled = (values: ArrayLike<number>): number[] => Array.from(values, (d) => d / scale);
        expect(worst(scaled(got[i]!), scaled(one))).toBeLessThan(1e-5);
      }
    }
    const [want, got] = [await step(theirs, x, training), await step(ours, x, training)];
    expect(worst(got.y, want.y)).toBeLessThan(1e-5);
    for (const [i, one] of want.after.entries()) expect(worst(got.after[i]!, one)).toBeLessThan(1e-5);
  });

  // TensorFlow.js's own takes the mean of element i % C whatever the axis, on its backends cpu and wasm.
  if (backend !== "webgpu")
    test("a batch norm of channels first is TensorFlow.js's own of channels last, moved", async () => {
      const x = tensor(4, [3, 8, 4, 5]);
      const first = built(new fused.BatchNormalization({ axis: 1 }), [3, 8, 4, 5]);
      const last = built(tfl.layers.batchNormalization(), [3, 4, 5, 8]);
      const [got, want] = await Promise.all([
        step(first, x, true),
        step(last, tf.transpose(x, [0, 2, 3, 1]), true),
      ]);
      const moved = tf.transpose(tf.tensor(want.y, [3, 4, 5, 8]), [0, 3, 1, 2]);
      expect(worst(got.y, await moved.data())).toBeLessThan(1e-5);
      for (const [i, one] of want.after.entries()) expect(worst(got.after[i]!, one)).toBeLessThan(1e-5);
    });

  test("far from zero, a step of a batch norm as its spec in float64", async () => {
    const shape = [64, 8];
    const x = tensor(9, shape, 1e4);
    const layer = built(new fused.BatchNormalization({ momentum: 0.5 }), shape);
    const [gamma, beta, moving_mean, moving_variance] = await Promise.all(
      layer.getWeights().map(async (one) => (await one.data()) as Float32Array),
    );
    const feeds = {
      x: (await x.data()) as Float32Array,
      gamma: gamma!,
      beta: beta!,
      moving_mean: moving_mean!,
      moving_variance: moving_variance!,
    };
    const want = exact("BatchNormalization", "train", shape, feeds, { momentum: 0.5 });
    const got = await (layer.call(x, { training: true }) as Tensor).data();
    expect(worst(got, want.get("y")!)).toBeLessThan(1e-5);
    const [, , mean, variance] = layer.getWeights();
    expect(worst(await mean!.data(), want.get("moving_mean")!)).toBeLessThan(1e-5);
    expect(worst(await variance!.data(), want.get("moving_variance")!)).toBeLessThan(1e-5);
  });
});

/** Without kernels the layers that TensorFlow.js lacks are made of its ops: the backend has another name. */
const plain = "plain";
tf.registerBackend(plain, () => tf.findBackendFactory("cpu")!() as never);
for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: plain });

describe.each(["wasm", plain])("layers that TensorFlow.js lacks, on %s", (backend) => {
  beforeAll(() => tf.setBackend(backend));

  test.each([
    ["GroupNormalization", [2, 3, 5, 8], { groups: 4 }, [2, 15, 8]],
    ["GroupNormalization", [2, 6], { groups: -1, epsilon: 1e-4 }, [2, 1, 6]],
    ["RMSNormalization", [4, 3, 8], {}, [12, 8]],
    ["UnitNormalization", [4, 3, 8], { axis: [1, 2] }, [4, 24]],
  ] as const)("%s of %j with %j: as its spec in float64", async (name, shape, config, dims) => {
    const x = tensor(3, [...shape]);
    const layer = built(new fused[name](config), [...shape]);
    const weights = await Promise.all(layer.getWeights().map((one) => one.data()));
    const feeds = Object.fromEntries(names(layer).map((one, i) => [one, weights[i] as Float32Array]));
    const { groups, epsilon } = config as { readonly groups?: number; readonly epsilon?: number };
    const params = {
      ...(groups === undefined ? {} : { G: groups === -1 ? dims.at(-1)! : groups }),
      ...(epsilon === undefined ? {} : { eps: epsilon }),
    };
    const want = exact(name, null, dims, { ...feeds, x: (await x.data()) as Float32Array }, params).get("y")!;
    expect(worst(await (layer.apply(x) as Tensor).data(), want)).toBeLessThan(1e-5);
    const copy = new fused[name](layer.getConfig() as Config);
    expect(copy.getConfig()).toEqual(layer.getConfig());
  });

  test("a group norm of channels first is that of channels last, moved", async () => {
    const x = tensor(4, [2, 8, 3, 5]);
    const first = built(new fused.GroupNormalization({ groups: 2, axis: 1 }), [2, 8, 3, 5]);
    const last = built(new fused.GroupNormalization({ groups: 2 }), [2, 3, 5, 8]);
    const moved = tf.transpose(last.apply(tf.transpose(x, [0, 2, 3, 1])) as Tensor, [0, 3, 1, 2]);
    expect(worst(await (first.apply(x) as Tensor).data(), await moved.data())).toBeLessThan(1e-6);
  });
});

const keras = (caseFiles() ?? []).filter(({ suite }) => suite === "keras").flatMap(({ cases }) => cases);
if (keras.length === 0) missing("conformance", "the figures of Keras's tests");

test.each(keras.filter(({ family }) => family !== "scale_by_std").map((one) => [one.id, one] as const))(
  "%s: the figures of Keras",
  async (_, { family, canonical, inputs, outputs, tolerance }) => {
    await tf.setBackend("wasm");
    const [x, ...weights] = inputs.map((one) => tf.tensor(Float32Array.from(inputData(one)), [...one.dims]));
    const { epsilon, axes, num_groups: groups, channel_axis } = canonical;
    const layer =
      family === "layer_norm"
        ? new fused.LayerNormalization({ epsilon, axis: axes })
        : family === "rms_norm"
          ? new fused.RMSNormalization({ epsilon, axis: axes })
          : family === "group_norm"
            ? new fused.GroupNormalization({ epsilon, groups, axis: channel_axis })
            : new fused.UnitNormalization({ axis: axes });
    layer.apply(tfl.input({ shape: x!.shape.slice(1) }));
    if (weights.length > 0) layer.setWeights(weights);
    const got = await (layer.apply(x!) as Tensor).data();
    const { atol = 0, rtol = 0 } = tolerance;
    for (const [i, want] of numbers(outputs[0]!.data!).entries()) {
      expect(Math.abs(got[i]! - want)).toBeLessThanOrEqual(atol + rtol * Math.abs(want));
    }
  },
);

test("rms_scaling is refused, not ignored", () => {
  expect(() => new fused.LayerNormalization({ rmsScaling: true })).toThrow(/rms_scaling/);
});
