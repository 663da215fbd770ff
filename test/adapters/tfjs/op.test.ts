/** Norms as operations of TensorFlow.js: values and gradients against the float64 oracle, on each backend. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as batchNorm from "../../../generated/batch_norm.ts";
import * as batchNormWasm from "../../../generated/batch_norm.wasm.ts";
import * as conditional from "../../../generated/conditional_batch_norm.ts";
import * as conditionalWasm from "../../../generated/conditional_batch_norm.wasm.ts";
import * as groupNorm from "../../../generated/group_norm.ts";
import * as groupNormWasm from "../../../generated/group_norm.wasm.ts";
import * as layerNorm from "../../../generated/layer_norm.ts";
import * as layerNormWasm from "../../../generated/layer_norm.wasm.ts";
import * as rmsNorm from "../../../generated/rms_norm.ts";
import * as rmsNormWasm from "../../../generated/rms_norm.wasm.ts";
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import type { Mode } from "../../../src/program/program.ts";
import { resolveShapes } from "../../../src/runtime/webgpu/index.ts";
import { oracle, type Trial } from "../../support/compare.ts";
import { backwardTrial, worstGradient } from "../../support/gradients.ts";
import { graphOf } from "../../support/library.ts";
import { normals } from "../../support/random.ts";
import { openTensorFlow } from "./tensorflow.ts";

const { tf, backends, close } = await openTensorFlow();
const { NormError, tfOp } = await import("../../../src/adapters/tfjs/index.ts");
afterAll(close);

const ops = {
  GroupNorm: tfOp(groupNorm.GroupNorm, groupNormWasm.GroupNorm),
  LayerNorm: tfOp(layerNorm.LayerNorm, layerNormWasm.LayerNorm),
  LayerNormAll: tfOp(layerNorm.LayerNormAll, layerNormWasm.LayerNormAll),
  AddRMSNorm: tfOp(rmsNorm.AddRMSNorm, rmsNormWasm.AddRMSNorm),
  BatchNorm: tfOp(batchNorm.BatchNorm, batchNormWasm.BatchNorm),
  ConditionalBatchNorm: tfOp(conditional.ConditionalBatchNorm, conditionalWasm.ConditionalBatchNorm),
};

interface Case {
  readonly norm: keyof typeof ops;
  readonly mode?: Mode;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, number>>;
  /** Far from zero, where a wrong formula shows. */
  readonly mean?: number;
  /** All norms take the same way to the device, and a software adapter takes seconds to compile each: a few stand for all. */
  readonly onDevice?: true;
}

const cases: readonly Case[] = [
  { norm: "GroupNorm", dims: { x: [3, 8, 5, 4] }, params: { G: 2 } },
  { norm: "GroupNorm", dims: { x: [2, 8, 16] }, params: { G: 4, eps: 1e-3 }, mean: 1e4, onDevice: true },
  { norm: "LayerNorm", dims: { x: [3, 2, 5, 16] } },
  { norm: "LayerNormAll", dims: { x: [3, 4, 2, 3] } },
  { norm: "AddRMSNorm", dims: { x: [3, 2, 8], residual: [3, 2, 8] }, onDevice: true },
  { norm: "BatchNorm", mode: "train", dims: { x: [5, 6, 7] }, params: { momentum: 0.3 }, onDevice: true },
  { norm: "BatchNorm", mode: "train", dims: { x: [5, 6] } },
  { norm: "BatchNorm", mode: "infer", dims: { x: [5, 6, 2, 2] } },
  { norm: "ConditionalBatchNorm", mode: "train", dims: { x: [4, 3, 5], label: [4] }, params: { Classes: 2 } },
];

const text = ({ norm, mode, dims }: Case): string =>
  `${norm}${mode ? ` ${mode}` : ""} ${JSON.stringify(dims)}`;

/** What a caller gives, in the order of the spec. */
const givenTo = ({ tensors }: Graph): Graph["tensors"] => tensors.filter(({ role }) => role !== "output");

/** The numbers of a case, the same on all backends. */
function trialOf({ norm, mode, dims, params = {}, mean = 0 }: Case): Trial {
  const graph = graphOf(norm, mode);
  const shapes = resolveShapes(graph, dims, params);
  const feeds = Object.fromEntries(
    givenTo(graph).map((one, i) => {
      const count = shapes.elements.get(one.name)!;
      if (one.dtype !== undefined) return [one.name, Float32Array.from({ length: count }, (_, k) => k % 2)];
      const values = normals(17 + i, count, one.role === "input" ? mean : 0);
      return [one.name, one.name === "running_var" ? values.map((x) => 0.5 + x * x) : values];
    }),
  );
  return { graph, dims, params, feeds };
}

/** Everything that an op takes, in the order of the spec, and its options. */
function argumentsOf({ mode, params }: Case, { graph, dims, feeds }: Trial) {
  const shapes = resolveShapes(graph, dims, params);
  const tensors = givenTo(graph).map(({ name, role, dtype }) => {
    const made = tf.tensor(
      feeds[name]!,
      [...shapes.dims.get(name)!],
      dtype === undefined ? "float32" : "int32",
    );
    return role === "state" ? tf.variable(made, false) : made;
  });
  return { tensors, options: { ...params, ...(mode == null ? {} : { mode }) } };
}

function worst(got: ArrayLike<number>, want: Float64Array): number {
  expect(got.length).toBe(want.length);
  return Math.max(...want.map((one, i) => Math.abs(got[i]! - one) / Math.max(1, Math.abs(one))));
}

describe.each(backends)("%s", (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await Promise.all(Object.values(ops).map((one) => one.load()));
  });

  const own = cases.filter(({ onDevice }) => onDevice || backend !== "webgpu");
  test.each(own.map((one) => [text(one), one] as const))("%s: values and gradients", async (_, one) => {
    const trial = trialOf(one);
    const { tensors, options } = argumentsOf(one, trial);
    const op = ops[one.norm] as (...args: readonly unknown[]) => Tensor | Record<string, Tensor>;
    const run = (...args: readonly Tensor[]): Record<string, Tensor> => {
      const made = op(...args, options);
      return made instanceof tf.Tensor ? { y: made } : made;
    };
    const want = oracle(trial);
    // Gradients first: a run with states changes them.
    const backward = backwardTrial(trial);
    const differentiable = givenTo(trial.graph).filter(
      ({ role, dtype }) => dtype === undefined && role !== "state",
    );
    const order = givenTo(trial.graph).map(({ name }) => name);
    const loss = (...some: readonly Tensor[]): Tensor => {
      const all = order.map(
        (name, i) => some[differentiable.findIndex((d) => d.name === name)] ?? tensors[i]!,
      );
      const terms = Object.entries(run(...all)).map(([name, y]) =>
        tf.sum(tf.mul(y, tf.tensor(backward.feeds[`d_${name}`]!, y.shape))),
      );
      return terms.reduce((a, b) => tf.add(a, b));
    };
    const given = differentiable.map(({ name }) => tensors[order.indexOf(name)]!);
    const gradients = tf.grads(loss as never)(given);
    const got = Object.fromEntries(
      await Promise.all(differentiable.map(async ({ name }, i) => [`d_${name}`, await gradients[i]!.data()])),
    );
    // The contract of gradients.
    expect(worstGradient(backward, got).error).toBeLessThan(1e-5);
    for (const [i, tensor] of tensors.entries()) {
      // The states after one step; what a variable is assigned is the new value.
      const name = order[i]!;
      if (want.has(name)) expect(worst(await tensor.data(), want.get(name)!)).toBeLessThan(1e-5);
    }
    const again = argumentsOf(one, trial);
    for (const [name, y] of Object.entries(run(...again.tensors))) {
      expect(worst(await y.data(), want.get(name)!)).toBeLessThan(1e-5);
    }
  });

  test("tensors do not pile up", async () => {
    const x = tf.ones([4, 8, 4]);
    const gamma = tf.ones([8]);
    const mean = tf.variable(tf.zeros([8]), false);
    const variance = tf.variable(tf.ones([8]), false);
    const step = (): void => {
      tf.dispose(tf.tidy(() => ops.GroupNorm(x, gamma, { G: 2 })));
      tf.dispose(ops.BatchNorm(x, gamma, undefined, mean, variance, { mode: "train" }));
      tf.dispose(tf.grad((one: Tensor) => ops.GroupNorm(one, gamma, { G: 2 }))(x));
    };
    step();
    const before = tf.memory();
    for (let i = 0; i < 40; i++) step();
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).toEqual({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
      numBytes: before.numBytes,
    });
  });

  test("the gradients of variables, within an optimizer", async () => {
    const x = tf.tensor(normals(3, 32), [4, 8]);
    const gamma = tf.variable(tf.ones([8]));
    const optimizer = tf.train.sgd(0.1);
    const loss = (): Tensor => tf.mean(tf.square(ops.LayerNorm(x, gamma)));
    const [first, second] = [0, 0].map(() => optimizer.minimize(loss as never, true)!);
    expect((await second!.data())[0]).toBeLessThan((await first!.data())[0]!);
    gamma.dispose();
  });

  test("what an op cannot take has a code", () => {
    const x = tf.ones([2, 8, 3]);
    const code = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof NormError) return `${error.code}: ${error.message}`;
        throw error;
      }
      return "accepted";
    };
    const { BatchNorm, GroupNorm } = ops;
    expect(code(() => GroupNorm())).toBe("N502: GroupNorm: input x is missing");
    expect(code(() => GroupNorm(x, { G: 3 }))).toMatch(/^N504: axis C = G \* K/);
    expect(code(() => GroupNorm(tf.ones([8])))).toMatch(/^N505: x\[N, C, \.\.\.S\]/);
    expect(code(() => GroupNorm(x, tf.ones([7]), { G: 2 }))).toMatch(/^N503: axis C/);
    expect(code(() => GroupNorm(x, { g: 2 } as never))).toMatch(/^N501: "g" is not/);
    expect(code(() => GroupNorm(tf.cast(x, "int32"), { G: 2 }))).toBe(
      "N562: GroupNorm: x: expected a tensor of float32, given one of int32",
    );
    expect(code(() => GroupNorm(x, x, x, x))).toMatch(
      /^N562: GroupNorm: expected x, gamma, beta and options/,
    );
    expect(code(() => BatchNorm(x, x, x, x, x, { mode: "train" }))).toBe(
      "N562: BatchNorm updates running_mean: expected a tf.Variable, given a tensor",
    );
    expect(code(() => BatchNorm(x, {} as never))).toMatch(
      /^N511: BatchNorm: expected the mode train or infer/,
    );
    const one = tfOp(backend === "webgpu" ? groupNormWasm.GroupNorm : groupNorm.GroupNorm);
    expect(code(() => one(x))).toMatch(
      new RegExp(`^N561: GroupNorm runs on .*, not on the backend ${backend}`),
    );
    expect(code(() => tfOp(groupNorm as never))).toMatch(/^N560: tfOp: expected the object of a norm/);
    expect(code(() => tfOp(groupNorm.GroupNorm, layerNorm.LayerNorm))).toMatch(
      /^N560: tfOp: expected modules of one norm, given GroupNorm and LayerNorm/,
    );
  });
});

test.runIf(backends.includes("webgpu"))(
  "no pipeline is compiled for a batch, up to the next power of two",
  async () => {
    await tf.setBackend("webgpu");
    const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
    let compiled = 0;
    const create = device.createComputePipeline.bind(device);
    device.createComputePipeline = (descriptor) => {
      // The backend's own kernels have no such name.
      if (descriptor.label?.includes("LayerNorm")) compiled++;
      return create(descriptor);
    };
    const run = (batch: number): Tensor => ops.LayerNorm(tf.ones([batch, 3, 40]));
    expect(run(128).shape).toEqual([128, 3, 40]);
    const first = compiled;
    expect(first).toBeGreaterThan(0);
    for (const batch of [127, 65, 100]) expect(run(batch).shape).toEqual([batch, 3, 40]);
    expect(compiled).toBe(first);
  },
);
