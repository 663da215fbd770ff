/** The numerics contract far from zero: |mean| / std up to 1e6 in f32, within 1e-5 of float64 on the same inputs. */
import { afterAll, describe, expect, it } from "vitest";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { farLayers, farTrial } from "../support/far.ts";
import { checkText, graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const far = farLayers.map((layer, turn) => ({ ...layer, turn }));

describe.each(devices)("far from zero on $name", (adapter) => {
  const { device } = adapter;
  it.each(
    far.flatMap(({ turn, ...layer }) =>
      inTurn([1e3, -1e4, 1e6], adapter, devices, turn).map((ratio) => ({ ...layer, ratio })),
    ),
  )("$norm $dims at mean/std $ratio", async ({ ratio, ...layer }) => {
    const trial = farTrial(layer, ratio);
    const worst = await worstDifference(device, trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  // At 1e4: beyond that the oracle, which computes what is written, loses the digits in float64 itself.
  // The sum itself, an output, is an f32 at this distance: only what is standardized is held to the contract.
  it.each([1e3, -1e4, 1e6])("AddLayerNorm at mean/std %d", async (ratio) => {
    const graph = graphOf("AddLayerNorm");
    const results = graph.results.filter((one) => one.tensor === "y");
    const dims = { x: [5, 768], residual: [5, 768], bias: [768] };
    const feeds = {
      x: normals(1, 5 * 768, ratio),
      residual: normals(2, 5 * 768, 3 * ratio),
      bias: normals(3, 768, 1, 0.5),
    };
    const worst = await worstDifference(device, { graph: { ...graph, results }, dims, feeds });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  it("recognises the unstable spelling of the variance", async () => {
    const graph = checkText({
      path: "naive.norm",
      text: `norm Naive { axes N, D param eps = 1e-5 input x[N, D]
        m = mean(x over D)
        y = (x - m) / sqrt(mean(x^2 over D) - m^2 + eps)
        output y }`,
    })[0].graphs[0];
    const worst = await worstDifference(device, {
      graph,
      dims: { x: [3, 768] },
      feeds: { x: normals(5, 3 * 768, 1e4) },
    });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  it("merges a variance whose mean nobody asks for", async () => {
    const graph = checkText({
      path: "scaled.norm",
      text: `norm Scaled { axes N, D param eps = 1e-5 input x[N, D]
        y = x / sqrt(var(x over D) + eps)
        output y }`,
    })[0].graphs[0];
    // A ramp: its parts have means of their own.
    const x = Float32Array.from({ length: 2 * 4096 }, (_, i) => (i % 4096) / 100);
    const trial = { graph, dims: { x: [2, 4096] }, feeds: { x } };
    const inParts = await worstDifference(device, trial, () => ({ ...laneARow, rows: 1, parts: 4 }));
    expect(inParts.error, JSON.stringify(inParts)).toBeLessThanOrEqual(1e-5);
  });
});
