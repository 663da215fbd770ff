/** The lab, shortened: losses fall, probes measure what they should, and finished runs are found again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadData, missing } from "../../lab/data/data.ts";
import { openDevice } from "../../lab/device/device.ts";
import { createParameters } from "../../lab/device/parameters.ts";
import { normals } from "../../lab/device/random.ts";
import { quickPlan, type TrainingRun } from "../../lab/grid/plans.ts";
import { find, store } from "../../lab/grid/results.ts";
import { linearLandscape } from "../../lab/landscape/landscapes.ts";
import { openProbe, reach } from "../../lab/landscape/probe.ts";
import { gather } from "../../lab/report/gather.ts";
import { train } from "../../lab/training/train.ts";

const settings = { seed: 1, epochs: 4, rate: 0.1, momentum: 0.9, decay: 1e-4, glance: 200 };

test("pixels have a mean of 0 and a deviation of 1 over the training set", () => {
  const { training, testing } = loadData("digits", 500, 100);
  expect(training.labels).toHaveLength(500);
  expect(testing.labels).toHaveLength(100);
  const { images } = training;
  const mean = images.reduce((sum, one) => sum + one, 0) / images.length;
  // Pixels are f32, and their mean is taken of 128,000 of them.
  expect(mean).toBeCloseTo(0, 5);
  expect(images.reduce((sum, one) => sum + one * one, 0) / images.length).toBeCloseTo(1, 5);
  // The first digits of MNIST's test set.
  expect([...testing.labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
});

test.each(["none", "BN", "WS+GN"] as const)("%s learns digits", async (network) => {
  const data = loadData("digits", 800, 400);
  const { epochs, error } = await train(data, { ...settings, network, batch: 8 });
  const losses = epochs.map(({ loss }) => loss);
  expect(losses).toHaveLength(4);
  // Knowing nothing costs ln 10 = 2.30.
  expect(losses[3]).toBeLessThan(Math.min(1.5, losses[0] / 1.5));
  // Guessing tells nine tenths wrong.
  expect(error).toBeLessThan(0.4);
});

test("a probe of a quadratic loss finds its curvature, and leaves the values alone", async () => {
  const device = await openDevice();
  const parameters = createParameters(device, 64);
  const { value, gradient } = parameters.declare("w", normals(3, 48, 1));
  const curvature = 3;
  const evaluate = (): number => {
    const w = device.view(value);
    device.view(gradient).set(w.map((one) => curvature * one));
    return w.reduce((sum, one) => sum + (curvature * one * one) / 2, 0);
  };
  const before = device.view(value).slice();
  const rate = 0.1;
  const { loss, least, most, mostChange, smoothness } = openProbe({ device, parameters, evaluate })(7, rate);
  expect(device.view(value)).toEqual(before);
  // At a step of s the loss is (1 - s · curvature)² of what it was.
  const shares = reach.map((step) => (1 - step * rate * curvature) ** 2);
  expect(least / loss).toBeCloseTo(Math.min(...shares), 5);
  expect(most / loss).toBeCloseTo(Math.max(...shares), 5);
  expect(smoothness).toBeCloseTo(curvature, 4);
  const norm = Math.hypot(...before) * curvature;
  expect(mostChange / (curvature * 4 * rate * norm)).toBeCloseTo(1, 5);
});

test("batch norm smooths the deep linear network", async () => {
  const steps = { rate: 0.01, steps: 60, every: 5 };
  const worst = async (norm: boolean): Promise<number> =>
    Math.max(...(await linearLandscape({ norm, seed: 1 }, steps)).map((one) => one.smoothness));
  // The lab finds 2,100 and 240.
  expect(await worst(false)).toBeGreaterThan(2 * (await worst(true)));
});

test("a finished run is found again, one of other settings is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  try {
    const plan = quickPlan(missing("fashion") === undefined);
    const run = plan.runs.find((one): one is TrainingRun => one.kind === "training");
    if (run === undefined) throw new Error("the plan has no training");
    const trained = { epochs: [{ loss: 1, error: 0.25 }], error: 0.25, testLoss: 1, seconds: 2 };
    store(folder, { run, trained });
    expect(find(folder, run)).toEqual({ run, trained });
    expect(find(folder, { ...run, rate: 2 * run.rate })).toBeUndefined();
    expect(find(folder, { ...run, seed: 99 })).toBeUndefined();
    const { cells, finished } = gather(plan, [{ run, trained }]);
    expect(finished).toBe(1);
    expect(cells.find((one) => one.network === run.network && one.batch === run.batch)?.errors).toEqual([
      0.25,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
