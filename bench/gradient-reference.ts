/**
 * The gradients in float64, with formulas from the papers. The compiler derives its own; these are independent of it.
 */
import type { BenchCase } from "./cases.ts";
import type { CaseData } from "./data.ts";
import { forEach, statistics } from "./reference.ts";
import { rowsOf, viewOf } from "./view.ts";

/** The gradients of one case. For a weight standardization, d_x is that of the weight, and there is no other. */
export interface Gradients {
  readonly d_x: ArrayLike<number>;
  readonly d_gamma?: ArrayLike<number>;
  readonly d_beta?: ArrayLike<number>;
}

export type GradientOp = "layer" | "rms" | "instance" | "batch-train" | "group" | "weight";

export function isGradientOp(op: BenchCase["op"]): op is GradientOp {
  return ["layer", "rms", "instance", "batch-train", "group", "weight"].includes(op);
}

/** The tensors that have a gradient. */
export function gradientTensors(one: BenchCase): readonly ("x" | "gamma" | "beta")[] {
  const { affine, centred } = viewOf(one);
  if (affine !== "channel") return ["x"];
  return centred ? ["x", "gamma", "beta"] : ["x", "gamma"];
}

/** With xhat = (x − mean) · r and h = d_y · gamma: d_x = r · (h − mean(h) − xhat · mean(h · xhat)). */
export function gradientsOf(one: BenchCase, data: CaseData, dy: ArrayLike<number>): Gradients {
  if (!isGradientOp(one.op)) throw new Error(`no reference for the gradients of ${one.op}`);
  const view = viewOf(one);
  const { rows, length } = rowsOf(view);
  const { means, scales } = statistics(one, view, data);
  const scaled = view.affine === "channel";
  const xhat = (i: number, row: number): number => (data.x[i]! - means[row]!) * scales[row]!;
  const h = (i: number, channel: number): number => dy[i]! * (scaled ? data.gamma[channel]! : 1);

  const meanH = new Float64Array(rows);
  const meanHXhat = new Float64Array(rows);
  const dGamma = new Float64Array(view.g * view.k);
  const dBeta = new Float64Array(view.g * view.k);
  forEach(view, (i, row, _, channel) => {
    // A norm that only scales subtracts no mean, so no gradient flows through one.
    if (view.centred) meanH[row]! += h(i, channel) / length;
    meanHXhat[row]! += (h(i, channel) * xhat(i, row)) / length;
    dGamma[channel]! += dy[i]! * xhat(i, row);
    dBeta[channel]! += dy[i]!;
  });
  const dX = new Float64Array(data.x.length);
  forEach(view, (i, row, _, channel) => {
    dX[i] = scales[row]! * (h(i, channel) - meanH[row]! - xhat(i, row) * meanHXhat[row]!);
  });
  return {
    d_x: dX,
    ...(scaled ? { d_gamma: dGamma } : {}),
    ...(scaled && view.centred ? { d_beta: dBeta } : {}),
  };
}

/**
 * The largest difference of an element, relative to the largest magnitude in its tensor: d_gamma is a sum of up to 1e5
 * terms, d_x is of the order of one. NaN if any element is NaN.
 * @throws Error if a gradient is missing or has another length.
 */
export function largestGradientError(wanted: Gradients, given: Gradients): number {
  let worst = 0;
  for (const [name, expected] of Object.entries(wanted)) {
    const values = given[name as keyof Gradients];
    if (values === undefined || values.length !== expected.length)
      throw new Error(`${name}: ${values?.length ?? 0} elements came back of ${expected.length}`);
    let largest = 0;
    let difference = 0;
    for (let i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]!));
      difference = Math.max(difference, Math.abs(values[i]! - expected[i]!));
    }
    worst = Math.max(worst, difference / largest);
  }
  return worst;
}
