/**
 * The deep linear network of Santurkar et al. (2018): 25 layers of 10x10, all samples at once, with batch norm between the
 * layers or without. The targets are a random linear map of the inputs.
 */
import { dense } from "../device/convolution.ts";
import { type Device, openDevice, type Tensor } from "../device/device.ts";
import { layer, type Op } from "../device/layer.ts";
import { createParameters, type Parameters } from "../device/parameters.ts";
import { normals } from "../device/random.ts";
import { BatchNorm } from "../generated/batch_norm.wasm.ts";
import { SquaredError } from "../generated/layers.wasm.ts";

const width = 10;
const depth = 25;
const samples = 1000;

export interface LinearNetwork {
  readonly device: Device;
  readonly parameters: Parameters;
  /** The mean loss at the present values; the gradients are written. */
  evaluate(): number;
}

export async function createLinear(norm: boolean, seed: number): Promise<LinearNetwork> {
  const device = await openDevice();
  const parameters = createParameters(device, 1 << 12);
  const made = (values: Float32Array): Tensor => {
    const tensor = device.take(values.length);
    device.view(tensor).set(values);
    return tensor;
  };
  const inputs = normals(1000 * seed + 1, samples * width, 1);
  const x = made(inputs);
  const target = made(mappedBy(normals(1000 * seed + 2, width * width, Math.sqrt(1 / width)), inputs));
  const ops: Op[] = [];
  let at: Tensor = x;
  let d_at: Tensor | undefined;
  const pair = (): { value: Tensor; gradient: Tensor } => ({
    value: device.take(samples * width),
    gradient: device.take(samples * width),
  });
  for (let i = 0; i < depth; i++) {
    const w = parameters.declare(
      `weights ${i}`,
      normals(1000 * seed + 10 + i, width * width, Math.sqrt(1 / width)),
    );
    const sums = pair();
    ops.push({
      ...{ name: `layer ${i}`, part: "convolution", kernels: { forward: 1, backward: d_at ? 3 : 1 } },
      ...dense(
        device,
        { rows: samples, inner: width, columns: width },
        {
          ...{ x: at, w: w.value, y: sums.value },
          back: { d_y: sums.gradient, d_w: w.gradient, d_x: d_at },
        },
      ),
    });
    ({ value: at, gradient: d_at } = sums);
    if (!norm || i === depth - 1) continue;
    const next = pair();
    const gamma = parameters.declare(`gamma ${i}`, new Float32Array(width).fill(1));
    const beta = parameters.declare(`beta ${i}`, new Float32Array(width));
    const affines = { gamma: gamma.value, beta: beta.value };
    ops.push(
      await layer(device, {
        ...{ name: `norm ${i}`, part: "norm", norm: BatchNorm },
        options: { x: [samples, width], mode: "train" },
        at: { x: sums.value, y: next.value, ...affines },
        back: {
          reads: { x: sums.value, d_y: next.gradient, ...affines },
          of: { x: sums.gradient, gamma: gamma.gradient, beta: beta.gradient },
        },
      }),
    );
    ({ value: at, gradient: d_at } = next);
  }
  const loss = device.take(samples);
  const d_loss = made(new Float32Array(samples).fill(1 / samples));
  ops.push(
    await layer(device, {
      ...{ name: "squared error", part: "loss", norm: SquaredError },
      options: { x: [samples, width], target: [samples, width] },
      at: { x: at, target, loss },
      ...(d_at && { back: { reads: { x: at, target, d_loss }, of: { x: d_at } } }),
    }),
  );
  const opposite = [...ops].reverse();
  return {
    device,
    parameters,
    evaluate() {
      for (const one of ops) one.forward();
      for (const one of opposite) one.backward();
      return device.view(loss).reduce((sum, one) => sum + one, 0) / samples;
    },
  };
}

function mappedBy(map: Float32Array, inputs: Float32Array): Float32Array {
  return inputs.map((_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (inputs[row * width + k] ?? 0) * (map[k * width + column] ?? 0);
    return sum;
  });
}
