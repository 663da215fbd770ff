/** Trains one network: stochastic gradient descent with momentum, as in the group norm paper (Wu & He, 2018). */
import { classes, type Data, pixels, type Samples } from "../data/data.ts";
import { openDevice } from "../device/device.ts";
import { shuffled } from "../device/random.ts";
import type { NetworkName } from "../networks/kinds.ts";
import { createModel, type Instance, type Model } from "../networks/network.ts";

export interface TrainSettings {
  readonly network: NetworkName;
  readonly batch: number;
  readonly seed: number;
  readonly epochs: number;
  /** For a batch of 32. Others have as much more or less as they are larger or smaller (Goyal et al., 2017). */
  readonly rate: number;
  readonly momentum: number;
  readonly decay: number;
  /** Test samples that are looked at after each epoch; all of them are after the last. */
  readonly glance: number;
}

export interface Epoch {
  /** The mean over the epoch, each sample before the step that learned from it. */
  readonly loss: number;
  /** The share of test samples told wrong. */
  readonly error: number;
}

export interface Trained {
  readonly epochs: readonly Epoch[];
  /** The share of all test samples told wrong after the last epoch. */
  readonly error: number;
  /**
   * The same where running statistics are replaced by the mean of those of the training set's batches (Wu & Johnson, 2021):
   * tells errors of the average from others. Only of networks with running statistics.
   */
  readonly errorOfMeans?: number | undefined;
  readonly testLoss: number;
  readonly seconds: number;
}

const testBatch = 50;
/** The param `momentum` of the specs: the share of new statistics. */
const runningShare = 0.1;

/** @param onEpoch is told how many epochs are done. */
export async function train(
  data: Data,
  settings: TrainSettings,
  onEpoch?: (done: number) => void,
): Promise<Trained> {
  const { batch, seed, epochs, momentum, decay } = settings;
  const began = performance.now();
  const model = createModel(await openDevice(), settings);
  const instance = await model.open(batch, "train");
  const tester = await model.open(testBatch, "infer");
  const steps = Math.floor(data.training.count / batch);
  const done: Epoch[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(1000 * seed + epoch + 500, data.training.count);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const progress = (epoch + step / steps) / epochs;
      fill(model, instance, data.training, order.subarray(step * batch, (step + 1) * batch));
      instance.forward();
      instance.backward();
      descend(model, { rate: rateAt(settings, progress), momentum, decay });
      sum += meanOf(model, instance);
    }
    const { error } = evaluate(model, tester, data.testing, settings.glance);
    done.push({ loss: sum / steps, error });
    onEpoch?.(epoch + 1);
  }
  const { error, loss } = evaluate(model, tester, data.testing, data.testing.count);
  let errorOfMeans: number | undefined;
  if (model.states.length > 0) {
    averageStatistics(model, instance, data.training);
    errorOfMeans = evaluate(model, tester, data.testing, data.testing.count).error;
  }
  return { epochs: done, error, errorOfMeans, testLoss: loss, seconds: (performance.now() - began) / 1000 };
}

/** Puts the mean over all batches of the training set in place of running statistics. */
function averageStatistics(model: Model, instance: Instance, samples: Samples): void {
  const { device, states } = model;
  const sums = states.map(({ length }) => new Float64Array(length));
  const parts = Math.floor(samples.count / instance.samples);
  for (let part = 0; part < parts; part++) {
    const from = part * instance.samples;
    fill(
      model,
      instance,
      samples,
      Uint32Array.from({ length: instance.samples }, (_, i) => from + i),
    );
    // From zero a running statistic goes a share of the way, which is the same for all.
    for (const state of states) device.view(state).fill(0);
    instance.forward();
    for (const [k, state] of states.entries())
      for (const [i, one] of device.view(state).entries()) sums[k]![i]! += one / (runningShare * parts);
  }
  for (const [k, state] of states.entries()) device.view(state).set(sums[k]!);
}

/** The share of the steps in which the rate grows from zero (Goyal et al., 2017): large batches need it. */
const warmUp = 0.1;

/** Half a cosine from the whole rate to zero (Loshchilov & Hutter, 2017), so that errors at the end lie close together. */
export function rateAt({ rate, batch }: Pick<TrainSettings, "rate" | "batch">, progress: number): number {
  const full = (rate * batch) / 32;
  if (progress < warmUp) return (full * progress) / warmUp;
  return (full * (1 + Math.cos((Math.PI * (progress - warmUp)) / (1 - warmUp)))) / 2;
}

export function fill(model: Model, instance: Instance, from: Samples, chosen: Uint32Array): void {
  const images = model.device.view(instance.images);
  const targets = model.device.view(instance.targets).fill(0);
  for (const [i, at] of chosen.entries()) {
    images.set(from.images.subarray(at * pixels, (at + 1) * pixels), i * pixels);
    targets[i * classes + (from.labels[at] ?? 0)] = 1;
  }
}

export function descend(
  { device, parameters }: Pick<Model, "device" | "parameters">,
  { rate, momentum, decay }: { readonly rate: number; readonly momentum: number; readonly decay: number },
): void {
  const [values, gradients, velocities] = [
    parameters.values(),
    parameters.gradients(),
    parameters.velocities(),
  ];
  device.kernels.descend(
    ...([values.address, gradients.address, velocities.address, values.length] as const),
    ...([rate, momentum, decay] as const),
  );
}

/** The mean loss of the samples in an instance. */
export function meanOf({ device }: Model, { losses, samples }: Instance): number {
  return device.view(losses).reduce((sum, one) => sum + one, 0) / samples;
}

function evaluate(model: Model, tester: Instance, samples: Samples, count: number) {
  const parts = Math.floor(count / tester.samples);
  let [hits, loss] = [0, 0];
  for (let part = 0; part < parts; part++) {
    const chosen = Uint32Array.from({ length: tester.samples }, (_, i) => part * tester.samples + i);
    fill(model, tester, samples, chosen);
    tester.forward();
    hits += model.device.view(tester.hits).reduce((sum, one) => sum + one, 0);
    loss += meanOf(model, tester);
  }
  return { error: 1 - hits / (parts * tester.samples), loss: loss / parts };
}
