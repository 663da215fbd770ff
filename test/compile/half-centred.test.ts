/** A variance and a covariance, written with one factor that keeps its mean, are as exact as the statistic that is meant. */
import { afterAll, describe, expect, it } from "vitest";
import { checkFile } from "../../src/language/check/check.ts";
import { type Trial, worstOf } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, gradientsOnDevice, worstGradient } from "../support/gradients.ts";
import { normals } from "../support/random.ts";

const standardized = (variance: string): string =>
  `m = mean(x over D)\n  y = (x - m) * rsqrt(${variance} + 1e-5)`;
const covariance = "y = mean((x - mean(x over D)) * (z - mean(z over D)) over D)";

const spellings: readonly (readonly [written: string, meant: string])[] = [
  [standardized("mean(x * (x - m) over D)"), "y = standardize(x over D; 1e-5)"],
  [standardized("sum((x - m) * x over D) / size(D)"), "y = standardize(x over D; 1e-5)"],
  ["y = mean((x - mean(x over D)) * z over D)", covariance],
  ["y = sum(z * (x - mean(x over D)) over D) / size(D)", covariance],
];

const [device] = await openTestDevices();
afterAll(() => closeTestDevices(device === undefined ? [] : [device]));

function trialOf(equation: string): Trial {
  const text = `norm P {\n  axes   N, D\n  input  x[N, D], z[N, D]\n  ${equation}\n  _ = z\n  output y\n}\n`;
  const { norms } = checkFile(
    { path: "p.norm", text },
    () => undefined,
    () => {},
  );
  const dims = { x: [4, 300], z: [4, 300] };
  return {
    graph: norms[0].graphs[0],
    dims,
    feeds: { x: normals(1, 1200, 1e6), z: normals(2, 1200, 1e6) },
  };
}

describe.skipIf(device === undefined)("one factor without its mean", () => {
  it.each(spellings)("%s", async (written, meant) => {
    const trial = trialOf(written);
    const reference = trialOf(meant);
    const got = await gradientsOnDevice(device!.device, trial);
    expect(worstOf(got, reference).error).toBeLessThan(2e-6);
    const gradients = await gradientsOnDevice(device!.device, backwardTrial(trial));
    expect(worstGradient(backwardTrial(reference), gradients).error).toBeLessThan(2e-6);
  });
});
