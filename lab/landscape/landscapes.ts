/** Trains by plain gradient descent with one learning rate, and probes the landscape on the way. */
import type { Data } from "../data/data.ts";
import { openDevice } from "../device/device.ts";
import { shuffled } from "../device/random.ts";
import type { NetworkName } from "../networks/kinds.ts";
import { createLinear } from "../networks/linear.ts";
import { createModel } from "../networks/network.ts";
import { descend, fill, meanOf } from "../training/train.ts";
import { openProbe, type Probe } from "./probe.ts";

export interface LandscapeSettings {
  readonly rate: number;
  readonly steps: number;
  /** Steps between two probes. */
  readonly every: number;
}

export async function linearLandscape(
  { norm, seed }: { readonly norm: boolean; readonly seed: number },
  { rate, steps, every }: LandscapeSettings,
): Promise<readonly Probe[]> {
  const network = await createLinear(norm, seed);
  const probe = openProbe(network);
  const probes: Probe[] = [];
  for (let step = 0; step < steps; step++) {
    if (step % every === 0) probes.push(probe(step, rate));
    else network.evaluate();
    descend(network, { rate, momentum: 0, decay: 0 });
  }
  return probes;
}

export async function networkLandscape(
  data: Data,
  { network, seed, batch }: { readonly network: NetworkName; readonly seed: number; readonly batch: number },
  { rate, steps, every }: LandscapeSettings,
): Promise<readonly Probe[]> {
  const model = createModel(await openDevice(), { network, seed });
  const instance = await model.open(batch, "train");
  const evaluate = (): number => {
    instance.forward();
    instance.backward();
    return meanOf(model, instance);
  };
  const { device, parameters } = model;
  // Nothing reads running statistics here, so that they follow along through probes does no harm.
  const probe = openProbe({ device, parameters, evaluate });
  const probes: Probe[] = [];
  const parts = Math.floor(data.training.count / batch);
  let order = shuffled(seed, data.training.count);
  for (let step = 0; step < steps; step++) {
    const part = step % parts;
    if (part === 0 && step > 0) order = shuffled(1000 * seed + step, data.training.count);
    fill(model, instance, data.training, order.subarray(part * batch, (part + 1) * batch));
    if (step % every === 0) probes.push(probe(step, rate));
    else evaluate();
    descend(model, { rate, momentum: 0, decay: 0 });
  }
  return probes;
}
