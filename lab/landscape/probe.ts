/**
 * The three figures of Santurkar, Tsipras, Ilyas & Madry (2018), section 3.1, at one point of training: how the loss and the
 * gradient change along the gradient at that point. Not the envelope of runs with other learning rates.
 */
import type { Device, Tensor } from "../device/device.ts";
import type { Parameters } from "../device/parameters.ts";

export interface Probe {
  readonly step: number;
  readonly loss: number;
  /** The range of the loss at the steps below. */
  readonly least: number;
  readonly most: number;
  /** The range of the l2 distance between the gradient at the point and those at the steps. */
  readonly leastChange: number;
  readonly mostChange: number;
  /** The largest such distance over the distance moved: the effective smoothness, an estimate of a Lipschitz constant. */
  readonly smoothness: number;
}

/** A loss over parameters. */
export interface Field {
  readonly device: Device;
  readonly parameters: Parameters;
  /** Computes the loss and the gradients at the present values. Leaves all else as it was. */
  evaluate(): number;
}

/** Steps along the gradient, in learning rates. */
export const reach: readonly number[] = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

/** @param take makes the copies of values and gradients; one of each does for all probes of a field. */
export function openProbe({ device, parameters, evaluate }: Field): (step: number, rate: number) => Probe {
  const { length } = parameters.values();
  const [from, along] = [device.take(length), device.take(length)];
  const copy = (source: Tensor, to: Tensor): void => device.view(to).set(device.view(source));
  return (step, rate) => {
    const loss = evaluate();
    copy(parameters.values(), from);
    copy(parameters.gradients(), along);
    const norm = distance(device.view(along), undefined);
    const points = reach.map((factor) => {
      const moved = factor * rate;
      const values = parameters.values();
      device.kernels.addScaled(values.address, from.address, along.address, -moved, length);
      const there = evaluate();
      const change = distance(device.view(parameters.gradients()), device.view(along));
      return { loss: there, change, smoothness: change / (moved * norm) };
    });
    copy(from, parameters.values());
    copy(along, parameters.gradients());
    const of = (key: "loss" | "change" | "smoothness") => points.map((one) => one[key]);
    return {
      ...{ step, loss, least: Math.min(...of("loss")), most: Math.max(...of("loss")) },
      ...{ leastChange: Math.min(...of("change")), mostChange: Math.max(...of("change")) },
      smoothness: Math.max(...of("smoothness")),
    };
  };
}

function distance(a: Float32Array, b: Float32Array | undefined): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
