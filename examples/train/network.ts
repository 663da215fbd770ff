/** Two layers, 784 -> hidden -> 10: forward, backward and the step, with a norm between the layers or without. */
import { BiasReLU, CrossEntropy, Hit, NormReLU } from "./generated/layers.ts";
import { type Dispatch, descend, type Parameter, product } from "./kernels.ts";
import type { Memory } from "./memory.ts";
import { normals } from "./random.ts";

export const pixels = 784;
export const classes = 10;

export interface NetworkSettings {
  readonly norm: boolean;
  readonly hidden: number;
  /** Samples that go through the network at once, and in how many such parts a batch does. */
  readonly samples: number;
  readonly parts: number;
  readonly rate: number;
}

export interface Network {
  /** What goes in, `[samples, 784]` and `[samples, 10]`. */
  readonly images: GPUBuffer;
  readonly targets: GPUBuffer;
  /** For each sample. */
  readonly loss: GPUBuffer;
  readonly hit: GPUBuffer;
  readonly forward: Dispatch;
  /** After `forward`: adds the gradients of these samples to those of the samples before. */
  readonly backward: Dispatch;
  /** Takes a step against the gradients, which are zero afterwards. */
  readonly step: Dispatch;
  destroy(): void;
}

export async function createNetwork(
  device: GPUDevice,
  memory: Memory,
  settings: NetworkSettings,
): Promise<Network> {
  const { hidden, samples, parts, rate } = settings;
  const images = memory.make(samples * pixels);
  const targets = memory.make(samples * classes);
  const [sums, d_sums] = [memory.make(samples * hidden), memory.make(samples * hidden)];
  const [active, d_active] = [memory.make(samples * hidden), memory.make(samples * hidden)];
  const [scores, d_scores] = [memory.make(samples * classes), memory.make(samples * classes)];
  const loss = memory.make(samples);
  const hit = memory.make(samples);
  // The loss of a batch is the mean over its samples.
  const d_loss = memory.make(samples, new Float32Array(samples).fill(1 / (samples * parts)));

  const first = memory.parameter(normals(11, pixels * hidden, 1 / Math.sqrt(pixels)));
  const second = memory.parameter(normals(12, hidden * classes, 1 / Math.sqrt(hidden)));
  const beta = memory.parameter(new Float32Array(classes));
  const middle = await createMiddle(device, memory, settings);

  const shape = { x: [samples, classes], target: [samples, classes] } as const;
  const entropy = await CrossEntropy.createSaving(device, shape);
  const saved = memory.make(entropy.savedBytes / 4);
  // Targets have no use for a gradient: it is not computed.
  const entropyBack = await CrossEntropy.createBackward(device, {
    ...shape,
    of: ["x", "beta"],
    accumulate: ["beta"],
  });
  const hits = await Hit.create(device, shape);

  const pixelsOf = { buffer: images, row: pixels, inner: 1 };
  const sum = product(device, {
    ...{ rows: samples, columns: hidden, inner: pixels, adds: false },
    ...{ a: pixelsOf, b: { buffer: first.value, inner: hidden, column: 1 }, to: sums },
  });
  const score = product(device, {
    ...{ rows: samples, columns: classes, inner: hidden, adds: false },
    ...{ a: { buffer: active, row: hidden, inner: 1 }, to: scores },
    b: { buffer: second.value, inner: classes, column: 1 },
  });
  const toActive = product(device, {
    ...{ rows: samples, columns: hidden, inner: classes, adds: false },
    ...{ a: { buffer: d_scores, row: classes, inner: 1 }, to: d_active },
    b: { buffer: second.value, inner: 1, column: classes },
  });
  const toSecond = product(device, {
    ...{ rows: hidden, columns: classes, inner: samples, adds: true },
    ...{ a: { buffer: active, row: 1, inner: hidden }, to: second.gradient },
    b: { buffer: d_scores, inner: classes, column: 1 },
  });
  const toFirst = product(device, {
    ...{ rows: pixels, columns: hidden, inner: samples, adds: true },
    ...{ a: { buffer: images, row: 1, inner: pixels }, to: first.gradient },
    b: { buffer: d_sums, inner: hidden, column: 1 },
  });
  const parameters = [first, second, beta, ...middle.parameters];
  const steps = parameters.map((one) => descend(device, one, rate));

  return {
    images,
    targets,
    loss,
    hit,
    forward(pass) {
      sum(pass);
      middle.forward(pass, sums, active);
      score(pass);
      entropy.encode(pass, { x: scores, target: targets, beta: beta.value, saved, loss });
      hits.encode(pass, { x: scores, target: targets, beta: beta.value, hit });
    },
    backward(pass) {
      const given = { x: scores, target: targets, beta: beta.value, saved, d_loss };
      entropyBack.encode(pass, { ...given, d_x: d_scores, d_beta: beta.gradient });
      toSecond(pass);
      toActive(pass);
      middle.backward(pass, { x: sums, d_y: d_active, d_x: d_sums });
      toFirst(pass);
    },
    step(pass) {
      for (const one of steps) one(pass);
    },
    destroy() {
      for (const one of [entropy, entropyBack, hits]) one.destroy();
      middle.destroy();
    },
  };
}

/** What stands between the layers. */
interface Middle {
  readonly parameters: readonly Parameter[];
  forward(pass: GPUComputePassEncoder, x: GPUBuffer, y: GPUBuffer): void;
  backward(pass: GPUComputePassEncoder, buffers: Record<"x" | "d_y" | "d_x", GPUBuffer>): void;
  destroy(): void;
}

async function createMiddle(
  device: GPUDevice,
  memory: Memory,
  { norm, hidden, samples }: NetworkSettings,
): Promise<Middle> {
  const beta = memory.parameter(new Float32Array(hidden));
  const dims = { x: [samples, hidden] } as const;
  if (!norm) {
    const bias = await BiasReLU.create(device, dims);
    const back = await BiasReLU.createBackward(device, { ...dims, accumulate: ["beta"] });
    return {
      parameters: [beta],
      forward: (pass, x, y) => bias.encode(pass, { x, beta: beta.value, y }),
      backward: (pass, given) => back.encode(pass, { ...given, beta: beta.value, d_beta: beta.gradient }),
      destroy() {
        bias.destroy();
        back.destroy();
      },
    };
  }
  const gamma = memory.parameter(new Float32Array(hidden).fill(1));
  const layer = await NormReLU.createSaving(device, dims);
  const saved = memory.make(layer.savedBytes / 4);
  const back = await NormReLU.createBackward(device, { ...dims, accumulate: ["gamma", "beta"] });
  const values = { gamma: gamma.value, beta: beta.value };
  const gradients = { d_gamma: gamma.gradient, d_beta: beta.gradient };
  return {
    parameters: [gamma, beta],
    forward: (pass, x, y) => layer.encode(pass, { x, y, saved, ...values }),
    backward: (pass, given) => back.encode(pass, { ...given, saved, ...values, ...gradients }),
    destroy() {
      layer.destroy();
      back.destroy();
    },
  };
}
