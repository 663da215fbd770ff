/** Trains a network on digits, and says now and then how it stands. */
import type { Digits } from "./digits.ts";
import { createMemory, meanOf } from "./memory.ts";
import { classes, createNetwork, type NetworkSettings, pixels } from "./network.ts";

export interface TrainSettings extends NetworkSettings {
  readonly steps: number;
  /** Steps between two reports. */
  readonly every: number;
}

export interface Report {
  readonly step: number;
  /** The mean over the samples since the last report, each before the step that learned from it. */
  readonly loss: number;
  /** The share of test digits that are told right. */
  readonly accuracy: number;
}

export async function* train(
  device: GPUDevice,
  digits: { readonly training: Digits; readonly testing: Digits },
  settings: TrainSettings,
): AsyncGenerator<Report> {
  const { samples, parts, steps, every } = settings;
  const memory = createMemory(device);
  const network = await createNetwork(device, memory, settings);
  const upload = ({ count, images, targets }: Digits) => ({
    count: Math.floor(count / samples),
    images: memory.make(images.length, images),
    targets: memory.make(targets.length, targets),
  });
  const training = upload(digits.training);
  const testing = upload(digits.testing);
  const losses = memory.make(every * parts * samples);
  const hits = memory.make(testing.count * samples);

  /** One part of a batch, in a pass of its own: copies stand between passes. */
  const run = (
    encoder: GPUCommandEncoder,
    from: { readonly images: GPUBuffer; readonly targets: GPUBuffer },
    at: number,
    record: (pass: GPUComputePassEncoder) => void,
  ): void => {
    const copy = (source: GPUBuffer, to: GPUBuffer, length: number): void =>
      encoder.copyBufferToBuffer(source, at * samples * length * 4, to, 0, samples * length * 4);
    copy(from.images, network.images, pixels);
    copy(from.targets, network.targets, classes);
    const pass = encoder.beginComputePass();
    network.forward(pass);
    record(pass);
    pass.end();
  };
  const keep = (encoder: GPUCommandEncoder, source: GPUBuffer, to: GPUBuffer, at: number): void =>
    encoder.copyBufferToBuffer(source, 0, to, at * samples * 4, samples * 4);

  try {
    for (let step = 1; step <= steps; step++) {
      const encoder = device.createCommandEncoder();
      for (let part = 0; part < parts; part++) {
        const at = (step - 1) * parts + part;
        run(encoder, training, at % training.count, (pass) => {
          network.backward(pass);
          if (part === parts - 1) network.step(pass);
        });
        keep(encoder, network.loss, losses, at % (every * parts));
      }
      const reports = step % every === 0;
      for (let at = 0; reports && at < testing.count; at++) {
        run(encoder, testing, at, () => undefined);
        keep(encoder, network.hit, hits, at);
      }
      device.queue.submit([encoder.finish()]);
      if (!reports) continue;
      yield { step, loss: await meanOf(device, losses), accuracy: await meanOf(device, hits) };
    }
  } finally {
    network.destroy();
    memory.destroy();
  }
}
