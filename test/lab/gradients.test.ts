/** One step of each network of the lab, all gradients, beside the same network in float64. */
import { expect, test } from "vitest";
import { loadData, pixels } from "../../lab/data/data.ts";
import { openDevice } from "../../lab/device/device.ts";
import { normals } from "../../lab/device/random.ts";
import { kindOf, type NetworkName, networkNames } from "../../lab/networks/kinds.ts";
import { createModel, type Stage } from "../../lab/networks/network.ts";
import { fill, meanOf } from "../../lab/training/train.ts";
import { convolve, oracleNorm } from "./float64-network.ts";

// Groups of more than one channel: in groups of one, the gradient of `gamma_b` is what is left after its terms cancel.
const stages: readonly Stage[] = [
  { filters: 8, stride: 2 },
  { filters: 12, stride: 1 },
  { filters: 8, stride: 2 },
];
const samples = 3;
const { training } = loadData("digits", samples, 0);
const chosen = Uint32Array.from({ length: samples }, (_, i) => i);

const normNames: Readonly<Record<string, string>> = {
  none: "BiasReLU",
  BN: "BatchNormReLU",
  LN: "GroupNormReLU",
  IN: "InstanceNormReLU",
  GN: "GroupNormReLU",
  WS: "BiasReLU",
  BCN: "BatchChannelNormReLU",
};

test.each(networkNames)("%s: loss and gradients", async (network) => {
  const model = createModel(await openDevice(), { network, seed: 3, stages });
  const instance = await model.open(samples, "train");
  fill(model, instance, training, chosen);
  // As after some steps: filters of zero mean put the empty background exactly at the kink of ReLU as long as biases are 0.
  for (const [i, { value }] of model.parameters.all.entries()) {
    const view = model.device.view(value);
    for (const [k, one] of normals(7 + i, value.length, 0.1).entries()) view[k] = (view[k] ?? 0) + one;
  }
  const values = new Map(
    model.parameters.all.map(({ name, value }) => [name, model.device.view(value).slice()]),
  );
  instance.forward();
  instance.backward();
  const want = inFloat64(network, values);
  // Sums of a few hundred products in f32.
  expect(Math.abs(meanOf(model, instance) - want.loss)).toBeLessThan(1e-5);
  for (const { name, gradient } of model.parameters.all) {
    const [got, exact] = [model.device.view(gradient), Float64Array.from(want.gradients.get(name) ?? [])];
    expect(got).toHaveLength(exact.length);
    const largest = exact.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-6);
    const worst = got.reduce((most, one, i) => Math.max(most, Math.abs(one - (exact[i] ?? 0)) / largest), 0);
    expect(worst, name).toBeLessThan(1e-4);
  }
});

function inFloat64(network: NetworkName, values: ReadonlyMap<string, ArrayLike<number>>) {
  const kind = kindOf(network);
  const valuesOf = (name: string): ArrayLike<number> => values.get(name) ?? [];
  const norm = normNames[network.replace("WS+", "")] ?? "";
  const backwards: (() => void)[] = [];
  const gradients = new Map<string, ArrayLike<number>>();
  let x: ArrayLike<number> = training.images.subarray(0, samples * pixels);
  let d_x: ArrayLike<number> = [];
  let [channels, size] = [1, 16];
  for (const [i, stage] of stages.entries()) {
    const shape = { samples, channels, size, ...stage };
    const out = Math.ceil(size / stage.stride);
    const [input, inputLength] = [x, x.length];
    const wDims = { w: [stage.filters, 9 * channels] };
    const standard =
      kind.weights === "as they are"
        ? undefined
        : kind.weights === "scaled"
          ? oracleNorm(
              "ScaledWeightStandardization",
              wDims,
              { scale: Math.SQRT2 },
              { w: valuesOf(`weights ${i}`), gain: valuesOf(`gain ${i}`) },
            )
          : oracleNorm("WeightStandardization", wDims, {}, { w: valuesOf(`weights ${i}`) });
    const w = standard?.outputs.get("y") ?? valuesOf(`weights ${i}`);
    const sums = new Float64Array(samples * stage.filters * out * out);
    convolve(shape, (a, b, y) => {
      sums[y] = (sums[y] ?? 0) + (input[a] ?? 0) * (w[b] ?? 0);
    });
    const dims = { x: [samples, stage.filters, out, out] };
    const feeds = Object.fromEntries(
      Object.keys(kind.affines).map((name) => [name, valuesOf(`${name} ${i}`)]),
    );
    const after = oracleNorm(norm, dims, kind.params, { x: sums, ...feeds });
    x = after.outputs.get("y") ?? [];
    backwards.push(() => {
      const found = after.gradients({ d_y: d_x }, { d_y: dims.x });
      for (const name of Object.keys(kind.affines))
        gradients.set(`${name} ${i}`, found.get(`d_${name}`) ?? []);
      const d_sums = found.get("d_x") ?? [];
      const d_input = new Float64Array(inputLength);
      const d_w = new Float64Array(w.length);
      convolve(shape, (a, b, y) => {
        d_input[a] = (d_input[a] ?? 0) + (d_sums[y] ?? 0) * (w[b] ?? 0);
        d_w[b] = (d_w[b] ?? 0) + (d_sums[y] ?? 0) * (input[a] ?? 0);
      });
      const raw = standard?.gradients({ d_y: d_w }, { d_y: wDims.w });
      gradients.set(`weights ${i}`, raw?.get("d_w") ?? d_w);
      if (kind.weights === "scaled") gradients.set(`gain ${i}`, raw?.get("d_gain") ?? []);
      d_x = d_input;
    });
    [channels, size] = [stage.filters, out];
  }
  const dims = { x: [samples, channels, size, size] };
  const means = oracleNorm("ChannelMean", dims, {}, { x });
  const mean = means.outputs.get("y") ?? [];
  const dense = valuesOf("dense");
  const scores = new Float64Array(samples * 10);
  const target = new Float64Array(samples * 10);
  const overDense = (each: (mean: number, w: number, score: number) => void): void => {
    for (let s = 0; s < samples; s++)
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < 10; k++) each(s * channels + c, c * 10 + k, s * 10 + k);
  };
  overDense((m, w, s) => {
    scores[s] = (scores[s] ?? 0) + (mean[m] ?? 0) * (dense[w] ?? 0);
  });
  for (let s = 0; s < samples; s++) target[s * 10 + (training.labels[s] ?? 0)] = 1;
  const entropyDims = { x: [samples, 10], target: [samples, 10] };
  const entropy = oracleNorm(
    "CrossEntropy",
    entropyDims,
    {},
    { x: scores, target, beta: valuesOf("dense beta") },
  );
  const losses = entropy.outputs.get("loss") ?? new Float64Array(0);
  const d_loss = new Float64Array(samples).fill(1 / samples);
  const found = entropy.gradients({ d_loss }, { d_loss: [samples] });
  gradients.set("dense beta", found.get("d_beta") ?? []);
  const d_scores = found.get("d_x") ?? [];
  const d_mean = new Float64Array(mean.length);
  const d_dense = new Float64Array(dense.length);
  overDense((m, w, s) => {
    d_mean[m] = (d_mean[m] ?? 0) + (d_scores[s] ?? 0) * (dense[w] ?? 0);
    d_dense[w] = (d_dense[w] ?? 0) + (d_scores[s] ?? 0) * (mean[m] ?? 0);
  });
  gradients.set("dense", d_dense);
  d_x = means.gradients({ d_y: d_mean }, { d_y: [samples, channels] }).get("d_x") ?? [];
  for (const one of backwards.reverse()) one();
  return { loss: losses.reduce((sum, one) => sum + one, 0) / samples, gradients };
}
