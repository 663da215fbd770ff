/**
 * A convolutional network: convolutions of 3x3, each with what follows it, the mean of each channel, a dense layer, softmax
 * cross-entropy. No residuals: so depth is hard without a norm.
 */
import { classes, side } from "../data/data.ts";
import { convolution, dense, outSize } from "../device/convolution.ts";
import type { Device, Tensor } from "../device/device.ts";
import { layer, type Op } from "../device/layer.ts";
import { createParameters, type Parameter, type Parameters } from "../device/parameters.ts";
import { normals } from "../device/random.ts";
import { ChannelMean, CrossEntropy, Hit } from "../generated/layers.wasm.ts";
import {
  ScaledWeightStandardization,
  WeightStandardization,
} from "../generated/weight_standardization.wasm.ts";
import { type Kind, kindOf, type NetworkName } from "./kinds.ts";

export interface Stage {
  readonly filters: number;
  readonly stride: 1 | 2;
}

/** The layers of the lab: 16x16, 8x8 and 4x4 places. */
export const stages: readonly Stage[] = [
  { filters: 16, stride: 1 },
  { filters: 16, stride: 2 },
  { filters: 16, stride: 1 },
  { filters: 32, stride: 2 },
  { filters: 32, stride: 1 },
  { filters: 32, stride: 1 },
];

/** A network for so many samples at once. */
export interface Instance {
  readonly samples: number;
  /** `[samples, 1, 16, 16]` and `[samples, 10]`. */
  readonly images: Tensor;
  readonly targets: Tensor;
  readonly scores: Tensor;
  /** Of each sample. */
  readonly losses: Tensor;
  readonly hits: Tensor;
  readonly ops: readonly Op[];
  forward(): void;
  /** After `forward`: writes the gradients of the mean loss. */
  backward(): void;
}

/** What is learned and what follows along, shared by the instances of a network. */
export interface Model {
  readonly device: Device;
  readonly parameters: Parameters;
  /** Running statistics. */
  readonly states: readonly Tensor[];
  /** In mode `infer`, running statistics stand in for those of the batch, and there is no backward pass. */
  open(samples: number, mode: "train" | "infer"): Promise<Instance>;
}

export interface ModelSettings {
  readonly network: NetworkName;
  readonly seed: number;
  readonly stages?: readonly Stage[];
}

interface Learned {
  readonly stage: Stage;
  readonly channels: number;
  readonly size: number;
  readonly weights: Parameter;
  readonly gain: Parameter | undefined;
  readonly affines: Readonly<Record<string, Parameter>>;
  readonly states: Readonly<Record<string, Tensor>>;
}

/** More than the largest network here has. */
const mostParameters = 1 << 16;

export function createModel(device: Device, settings: ModelSettings): Model {
  const kind = kindOf(settings.network);
  const parameters = createParameters(device, mostParameters);
  const seeds = (at: number): number => 1000 * settings.seed + at;
  const learned: Learned[] = [];
  let channels = 1;
  let size = side;
  for (const [i, stage] of (settings.stages ?? stages).entries()) {
    const { filters, stride } = stage;
    const fanIn = 9 * channels;
    const constant = (value: number, name: string): Parameter =>
      parameters.declare(`${name} ${i}`, new Float32Array(filters).fill(value));
    learned.push({
      stage,
      channels,
      size,
      // He, Zhang, Ren & Sun (2015): the variance that ReLU halves is doubled.
      weights: parameters.declare(`weights ${i}`, normals(seeds(i), filters * fanIn, Math.sqrt(2 / fanIn))),
      gain: kind.weights === "scaled" ? constant(1, "gain") : undefined,
      affines: mapped(kind.affines, constant),
      states: mapped(kind.states, (value) => {
        const state = device.take(filters);
        device.view(state).fill(value);
        return state;
      }),
    });
    channels = filters;
    size = outSize({ size, stride });
  }
  const head = {
    channels,
    size,
    weights: parameters.declare("dense", normals(seeds(99), channels * classes, Math.sqrt(1 / channels))),
    beta: parameters.declare("dense beta", new Float32Array(classes)),
  };
  return {
    device,
    parameters,
    states: learned.flatMap(({ states }) => Object.values(states)),
    open: (samples, mode) => openInstance(device, { kind, learned, head }, samples, mode),
  };
}

interface Parts {
  readonly kind: Kind;
  readonly learned: readonly Learned[];
  readonly head: {
    readonly channels: number;
    readonly size: number;
    readonly weights: Parameter;
    readonly beta: Parameter;
  };
}

async function openInstance(
  device: Device,
  { kind, learned, head }: Parts,
  samples: number,
  mode: "train" | "infer",
): Promise<Instance> {
  const trains = mode === "train";
  const images = device.take(samples * side * side);
  const ops: Op[] = [];
  let x = images;
  let d_x: Tensor | undefined;
  for (const one of learned) {
    const made = await openStage(device, kind, one, { samples, trains, x, d_x });
    ops.push(...made.ops);
    ({ y: x, d_y: d_x } = made);
  }

  const pair = (length: number) => ({
    value: device.take(length),
    gradient: device.take(trains ? length : 0),
  });
  const [means, scores] = [pair(samples * head.channels), pair(samples * classes)];
  const [targets, losses, hits] = [
    device.take(samples * classes),
    device.take(samples),
    device.take(samples),
  ];
  const d_losses = device.take(samples);
  device.view(d_losses).fill(1 / samples);
  ops.push(
    await layer(device, {
      ...{ name: "mean of channels", part: "loss", norm: ChannelMean },
      options: { x: [samples, head.channels, head.size, head.size] },
      at: { x, y: means.value },
      ...(d_x && { back: { reads: { x, d_y: means.gradient }, of: { x: d_x } } }),
    }),
    {
      ...{ name: "dense", part: "convolution", kernels: { forward: 1, backward: 3 } },
      ...dense(
        device,
        { rows: samples, inner: head.channels, columns: classes },
        {
          ...{ x: means.value, w: head.weights.value, y: scores.value },
          ...(trains && {
            back: { d_y: scores.gradient, d_w: head.weights.gradient, d_x: means.gradient },
          }),
        },
      ),
    },
  );
  const given = { x: scores.value, target: targets, beta: head.beta.value };
  const dims = { x: [samples, classes], target: [samples, classes] };
  ops.push(
    await layer(device, {
      ...{ name: "cross-entropy", part: "loss", norm: CrossEntropy, options: dims },
      at: { ...given, loss: losses },
      ...(trains && {
        back: {
          reads: { ...given, d_loss: d_losses },
          of: { x: scores.gradient, beta: head.beta.gradient },
        },
      }),
    }),
  );
  if (!trains) {
    const at = { ...given, hit: hits };
    ops.push(await layer(device, { name: "hit", part: "loss", norm: Hit, options: dims, at }));
  }
  const opposite = [...ops].reverse();
  return {
    ...{ samples, images, targets, scores: scores.value, losses, hits, ops },
    forward: () => {
      for (const one of ops) one.forward();
    },
    backward: () => {
      for (const one of opposite) one.backward();
    },
  };
}

interface StageInput {
  readonly samples: number;
  readonly trains: boolean;
  readonly x: Tensor;
  readonly d_x: Tensor | undefined;
}

/** The weights where they are standardized, the convolution, and what follows it. */
async function openStage(device: Device, kind: Kind, one: Learned, input: StageInput) {
  const { samples, trains, x, d_x } = input;
  const { stage, channels, size, weights, gain, affines, states } = one;
  const shape = { samples, channels, size, ...stage };
  const out = outSize(shape);
  const length = samples * stage.filters * out * out;
  const take = (count: number): Tensor => device.take(trains ? count : 0);
  const [sums, d_sums, y, d_y] = [device.take(length), take(length), device.take(length), take(length)];
  const ops: Op[] = [];
  let used: Pick<Parameter, "value" | "gradient"> = weights;
  if (kind.weights !== "as they are") {
    const count = weights.value.length;
    used = { value: device.take(count), gradient: take(count) };
    const reads = { w: weights.value, ...(gain && { gain: gain.value }) };
    ops.push(
      await layer(device, {
        ...{ name: "weight standardization", part: "weights" },
        norm: gain ? ScaledWeightStandardization : WeightStandardization,
        // The root of two makes up for ReLU, as in the initial weights of the other networks.
        options: { w: [stage.filters, 9 * channels], ...(gain && { scale: Math.SQRT2 }) },
        at: { ...reads, y: used.value },
        ...(trains && {
          back: {
            reads: { ...reads, d_y: used.gradient },
            of: { w: weights.gradient, ...(gain && { gain: gain.gradient }) },
          },
        }),
      }),
    );
  }
  const back = { d_y: d_sums, d_w: used.gradient, d_x };
  ops.push(
    {
      ...{ name: `convolution ${channels}→${stage.filters}, ${out}×${out}`, part: "convolution" },
      kernels: { forward: 2 * samples, backward: (d_x ? 4 : 2) * samples + 1 },
      ...convolution(device, shape, { x, w: used.value, y: sums, ...(trains && { back }) }),
    },
    await layer(device, {
      ...{ name: "norm and ReLU", part: "norm", norm: kind.norm },
      options: {
        x: [samples, stage.filters, out, out],
        ...kind.params,
        ...(Object.keys(states).length > 0 && { mode: trains ? "train" : "infer" }),
      },
      at: { x: sums, y, ...states, ...mapped(affines, ({ value }) => value) },
      ...(trains && {
        back: {
          reads: { x: sums, d_y, ...mapped(affines, ({ value }) => value) },
          of: { x: d_sums, ...mapped(affines, ({ gradient }) => gradient) },
        },
      }),
    }),
  );
  return { ops, y, d_y: trains ? d_y : undefined };
}

function mapped<From, To>(
  from: Readonly<Record<string, From>>,
  to: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value, name)]));
}
