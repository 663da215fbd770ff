/** Ten million and more: rows, elements of a row, and more than a binding holds. On the first adapter alone; the slower one would learn nothing more. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(devices.slice(0, 1))("large tensors on $name", ({ device }) => {
  it.each([
    { rows: 1, length: 10_000_019 },
    { rows: 10_000_019, length: 2 },
    { rows: 70_001, length: 70 },
    // 136 MB: more than the 128 MiB that lavapipe, and a device with default limits, binds at once.
    { rows: 34_001, length: 1000 },
  ])("LayerNorm of $rows rows of $length", { timeout: 120_000 }, async ({ rows, length }) => {
    const { program } = compileGraph(graphOf("LayerNorm"));
    const x = normals(3, rows * length, 100);
    const norm = await createNorm(device, program, { dims: { x: [rows, length] } });
    const { y } = await norm.run({ x });
    norm.destroy();
    // Not through the oracle, whose arrays would take gigabytes: the first, the last and some rows between, by hand.
    for (const row of new Set([0, rows - 1, Math.floor(rows / 3), Math.min(65_536, rows - 1)])) {
      const want = normalized(x.subarray(row * length, (row + 1) * length));
      let worst = 0;
      for (let i = 0; i < length; i++) worst = Math.max(worst, Math.abs(y[row * length + i] - want[i]));
      expect(worst, `row ${row}`).toBeLessThanOrEqual(1e-5);
    }
  });
});

function normalized(row: Float32Array): Float64Array {
  const values = Float64Array.from(row);
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length;
  return values.map((one) => (one - mean) / Math.sqrt(variance + 1e-5));
}
