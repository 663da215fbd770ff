/** A step of the lab's networks with generated kernels: where its time goes. */
import { pixels } from "../data/data.ts";
import { convolution as convolutionOf } from "../device/convolution.ts";
import { openDevice } from "../device/device.ts";
import type { Part } from "../device/layer.ts";
import { normals } from "../device/random.ts";
import type { NetworkName } from "../networks/kinds.ts";
import { createModel } from "../networks/network.ts";
import { descend, fill } from "../training/train.ts";
import type { ConvolutionCase, Repeated } from "./tensorflow.ts";

export interface Step {
  readonly forward: Repeated;
  readonly step: Repeated;
  /** The shares of a step's time. */
  shares(count: number): Readonly<Record<Part, number>>;
  /** Calls of kernels in a step, and those of norms among them. */
  readonly kernels: number;
  readonly normKernels: number;
}

export async function step(network: NetworkName, batch: number): Promise<Step> {
  const model = createModel(await openDevice(), { network, seed: 1 });
  const instance = await model.open(batch, "train");
  const samples = {
    count: batch,
    images: normals(5, batch * pixels, 1),
    labels: Uint8Array.from({ length: batch }, (_, i) => i % 10),
  };
  const chosen = Uint32Array.from({ length: batch }, (_, i) => i);
  fill(model, instance, samples, chosen);
  const learn = (): void => descend(model, { rate: 1e-3, momentum: 0.9, decay: 1e-4 });
  const sum = (parts: readonly Part[]): number =>
    instance.ops
      .filter(({ part }) => parts.includes(part))
      .reduce((all, { kernels }) => all + kernels.forward + kernels.backward, 0);
  return {
    async forward(count) {
      for (let i = 0; i < count; i++) instance.forward();
    },
    async step(count) {
      for (let i = 0; i < count; i++) {
        fill(model, instance, samples, chosen);
        instance.forward();
        instance.backward();
        learn();
      }
    },
    shares(count) {
      const times: Record<Part, number> = { convolution: 0, norm: 0, weights: 0, loss: 0 };
      const timed = (part: Part, run: () => void): void => {
        const began = performance.now();
        run();
        times[part] += performance.now() - began;
      };
      const opposite = [...instance.ops].reverse();
      for (let i = 0; i < count; i++) {
        for (const one of instance.ops) timed(one.part, one.forward);
        for (const one of opposite) timed(one.part, one.backward);
      }
      const all = Object.values(times).reduce((total, one) => total + one, 0);
      return {
        convolution: times.convolution / all,
        norm: times.norm / all,
        weights: times.weights / all,
        loss: times.loss / all,
      };
    },
    // The step of the optimizer is one more.
    kernels: sum(["convolution", "norm", "weights", "loss"]) + 1,
    normKernels: sum(["norm", "weights"]),
  };
}

export async function convolution({
  samples,
  channels,
  filters,
  size,
}: ConvolutionCase): Promise<Record<"forward" | "backward", Repeated>> {
  const device = await openDevice();
  const random = (seed: number, length: number) => {
    const tensor = device.take(length);
    device.view(tensor).set(normals(seed, length, 1));
    return tensor;
  };
  const [inputs, outputs] = [samples * channels * size * size, samples * filters * size * size];
  const weights = 9 * channels * filters;
  const made = convolutionOf(
    device,
    { samples, channels, filters, size, stride: 1 },
    {
      x: random(1, inputs),
      w: random(2, weights),
      y: device.take(outputs),
      back: { d_y: random(3, outputs), d_w: device.take(weights), d_x: device.take(inputs) },
    },
  );
  const repeated =
    (run: () => void): Repeated =>
    async (count) => {
      for (let i = 0; i < count; i++) run();
    };
  // TensorFlow.js's gradient runs the forward pass, too.
  return {
    forward: repeated(made.forward),
    backward: repeated(() => {
      made.forward();
      made.backward();
    }),
  };
}
