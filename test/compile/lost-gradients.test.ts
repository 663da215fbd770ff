/** Whether normc warns (N440) exactly of the gradients that lose their digits, as measured on a device. */
import { afterAll, describe, expect, it } from "vitest";
import { checkSource } from "../../src/compile/precision/check-source.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { normals, uniform } from "../support/random.ts";

/** Equations with x[N, D] and z[N, D] far from zero, w[N, D] positive, and k[N] and l[N] around 1. */
const spellings: readonly string[] = [
  "y = standardize(x over D; 1e-5)",
  "y = standardize(k * x + l * z over D; 1e-5)",
  "y = standardize(k * (x - mean(x over D)) + l * (z - mean(z over D)) over D; 1e-5)",
  "y = standardize(w * x over D; 1e-5)",
  "y = x - sum(w * x over D) / sum(w over D)",
  "y = x - mean(x over D; weight = w)",
  "y = x - sum(w * x over D) / max(sum(w over D), 1)",
  "q = stop_gradient(w)\n  y = x - sum(q * x over D) / max(sum(q over D), 1)",
  "n = sum(w over D)\n  y = w * (x - sum(w * x over D) / n)",
  "y = x * rsqrt(mean(x^2 over D) + 1e-5)",
  "y = exp(x - max(x over D)) / sum(exp(x - max(x over D)) over D)",
];

const [device] = await openTestDevices();
afterAll(() => closeTestDevices(device === undefined ? [] : [device]));

describe.skipIf(device === undefined)("a gradient that loses its digits", () => {
  it.each(spellings)("%s", async (equation) => {
    const text = `norm P {\n  axes   N, D\n  input  x[N, D], z[N, D], w[N, D], k[N], l[N]\n  ${equation}\n  _ = z + w + k + l\n  output y\n}\n`;
    const found: Diagnostic[] = [];
    const { norms } = checkSource(
      { path: "p.norm", text },
      () => undefined,
      (one) => found.push(one),
    );
    const graph = norms[0].graphs[0];
    const errors: number[] = [];
    for (const ratio of [1e4, 1e6]) {
      const positive = (seed: number, count: number): Float32Array => {
        const next = uniform(seed);
        return Float32Array.from({ length: count }, () => 0.2 + next());
      };
      const feeds = {
        x: normals(1, 4 * 256, ratio),
        z: normals(2, 4 * 256, ratio),
        w: positive(3, 4 * 256),
        k: positive(4, 4),
        l: positive(5, 4),
      };
      const dims = { x: [4, 256], z: [4, 256], w: [4, 256], k: [4], l: [4] };
      errors.push((await worstOnDevice(device!.device, backwardTrial({ graph, dims, feeds }))).error);
    }
    const codes = new Set(found.map((one) => one.code));
    expect([...codes], JSON.stringify(errors)).toEqual(Math.max(...errors) > 1e-5 ? ["N440"] : []);
  });
});
