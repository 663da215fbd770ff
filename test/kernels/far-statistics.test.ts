/**
 * The numerics contract where statistics meet other far values: |mean| / std up to 1e6, within 1e-5 of float64, forward
 * and gradients.
 */
import { GPU } from "gpu.js";
import { afterAll, describe, expect, it } from "vitest";
import { createGatherNorm } from "../../src/runtime/gpujs/index.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { worstOf } from "../support/compare.ts";
import { backwardOf, gatherProgramOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { type FarStatistic, farProducts, farStatistics, statisticTrial } from "../support/far-statistics.ts";
import { nodeBackends } from "../support/gather.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = [
  ...farStatistics.map((one) => ({ ...one, ratios: [0, 1e2, -1e4, 1e6] })),
  ...farProducts.map((one) => ({ ...one, ratios: [0, 1e2, -1e4] })),
];

/** All trials of one spec share its graphs. */
function trialsOf(one: FarStatistic, ratios: readonly number[]) {
  const [first, ...others] = ratios.map((ratio) => statisticTrial(one, ratio));
  return [first, ...others.map((trial) => ({ ...trial, graph: first.graph }))];
}

describe.each(devices)("statistics far from zero on $name", ({ device }) => {
  it.each(cases)("$what", async ({ ratios, ...one }) => {
    const trials = trialsOf(one, ratios);
    const [{ graph, dims }] = trials;
    const norm = await createNorm(device, programOf(graph), { dims });
    for (const [i, trial] of trials.entries()) {
      const worst = worstOf(await norm.run(trial.feeds), trial);
      expect(worst.error, `at ${ratios[i]}: ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
    norm.destroy();
  });

  it.each(cases)("gradients of $what", async ({ ratios, ...one }) => {
    const trials = trialsOf(one, ratios);
    const backward = backwardOf(trials[0].graph);
    const made = trials.map((trial) => backwardTrial(trial, 5, backward));
    const [{ graph, dims }] = made;
    const norm = await createNorm(device, programOf(graph), { dims });
    for (const [i, trial] of made.entries()) {
      const worst = worstGradient(trial, await norm.run(trial.feeds), 1);
      expect(worst.error, `at ${ratios[i]}: ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
    norm.destroy();
  });
});

describe.each(nodeBackends)("statistics far from zero on gpu.js %s", (backend) => {
  it.each(cases)("$what", async ({ ratios, ...one }) => {
    const trials = trialsOf(one, ratios);
    const [{ graph, dims }] = trials;
    const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graph), { dims });
    for (const [i, trial] of trials.entries()) {
      const worst = worstOf(await norm.run(trial.feeds), trial);
      expect(worst.error, `at ${ratios[i]}: ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
    await norm.destroy();
  });
});

describe("statistics far from zero", () => {
  it("are those of the formula", async () => {
    // The pools are 10000.000326, 10000.000651 and 10001. In f32 the first two are 10000 and 10000.000977.
    const [{ device }] = devices;
    const spec: FarStatistic = {
      what: "",
      body: "axes C, S input x[C, S] y = standardize(mean(x over S) over C; 1e-5) output y",
      dims: { x: [3, 3] },
    };
    const { graph, dims } = statisticTrial(spec, 0);
    const x = [10000, 10000.0009765625, 10000, 10000.001953125, 10000, 10000, 10001, 10001, 10001];
    const norm = await createNorm(device, programOf(graph), { dims });
    const { y } = await norm.run({ x: Float32Array.from(x) });
    norm.destroy();
    const want = [-0.7074362560069082, -0.7067454002907225, 1.414181656301491];
    for (const [i, value] of want.entries()) expect(Math.abs(y[i] - value)).toBeLessThan(1e-6);
  });
});
