/** Storage in f16: within one unit in the last place of the rounded float64 result, and finite when that is finite. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { fromHalf, toHalf } from "../../src/runtime/half.ts";
import { createNorm } from "../../src/runtime/index.ts";
import { oracle } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const capable = devices.filter(({ device }) => device.features.has("shader-f16"));
if (capable.length === 0) console.warn("f16 is not tested: no adapter here has shader-f16");

/** Units between two f16 numbers: their bits as whole numbers that count up with the value. */
const rank = (bits: number): number => (bits & 0x8000 ? -(bits & 0x7fff) : bits);

describe.skipIf(capable.length === 0).each(capable)("f16 on $name", ({ device }) => {
  it.each([
    { norm: "LayerNorm", dims: [5, 64], mean: 0, deviation: 1 },
    { norm: "LayerNorm", dims: [3, 77], mean: 900, deviation: 40 },
    // Squares of these are far above 65504, the largest f16.
    { norm: "LayerNorm", dims: [3, 768], mean: 0, deviation: 15_000 },
    { norm: "RMSNorm", dims: [3, 768], mean: 0, deviation: 15_000 },
    { norm: "GroupNorm", dims: [2, 32, 7, 4], mean: 3, deviation: 2000 },
    { norm: "Softmax", dims: [4, 100], mean: 0, deviation: 5 },
    { norm: "L2Norm", dims: [4, 100], mean: 0, deviation: 15_000 },
  ])("$norm $dims around $mean by $deviation", async ({ norm, dims, mean, deviation }) => {
    const graph = graphOf(norm);
    const count = dims.reduce((a, b) => a * b, 1);
    const x = normals(21, count, mean, deviation).map((value) => fromHalf(toHalf(value)));
    const instance = await createNorm(device, compileGraph(graph).program, {
      dims: { x: dims },
      storage: "f16",
    });
    const { y } = await instance.run({ x });
    instance.destroy();
    const want = oracle({ graph, dims: { x: dims }, feeds: { x } }).get("y") as Float64Array;
    for (let i = 0; i < count; i++) {
      expect(Number.isFinite(y[i]), `y[${i}]`).toBe(Number.isFinite(fromHalf(toHalf(want[i]))));
      const units = Math.abs(rank(toHalf(y[i])) - rank(toHalf(want[i])));
      expect(units, `y[${i}] is ${y[i]}, not ${want[i]}`).toBeLessThanOrEqual(1);
    }
  });
});
