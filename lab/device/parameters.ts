/** What is learned: values, gradients and velocities, each in one range, so that a step is one kernel. */
import type { Device, Tensor } from "./device.ts";

export interface Parameter {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
}

export interface Parameters {
  declare(name: string, initial: Float32Array): Parameter;
  readonly all: readonly Parameter[];
  /** All of them, as far as they are declared. Between two lie zeros, which stay zeros. */
  values(): Tensor;
  gradients(): Tensor;
  velocities(): Tensor;
}

/** @param most the number of elements that there is room for. */
export function createParameters(device: Device, most: number): Parameters {
  const ranges = [device.take(most), device.take(most), device.take(most)] as const;
  const [values, gradients, velocities] = ranges;
  const all: Parameter[] = [];
  let used = 0;
  const whole = ({ address }: Tensor): Tensor => ({ address, length: used });
  return {
    all,
    declare(name, initial) {
      const { length } = initial;
      const at = used;
      // Multiples of 16 elements: kernels take four at a time, and norms begin at lines of the cache.
      used += Math.ceil(length / 16) * 16;
      if (used > most) throw new Error(`room for ${most} elements of parameters, wanted ${used}`);
      const part = ({ address }: Tensor): Tensor => ({ address: address + 4 * at, length });
      const value = part(values);
      device.view(value).set(initial);
      const parameter = { name, value, gradient: part(gradients) };
      all.push(parameter);
      return parameter;
    },
    values: () => whole(values),
    gradients: () => whole(gradients),
    velocities: () => whole(velocities),
  };
}
