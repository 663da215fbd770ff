/**
 * The gradient of a maximum goes to the element that equals it. Where the operand has a statistic in it, that must have
 * the same last bit in the kernel that finds the maximum and in the one that looks for it, or the gradient is lost.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { ChooseVariant } from "../../src/runtime/webgpu/index.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";
import { laneARow } from "../support/variants.ts";

const texts: Readonly<Record<string, string>> = {
  "a variance in one branch": `  e0 = 0.5 * x + where(x < 0.25, tanh(2 * x), var(x over N))
  y = x - max(e0 over N, T)`,
  "a mean of squares": `  e0 = x + mean(x * x over T)
  y = x * min(e0 over N, T)`,
  "centred over the other axis": `  e0 = x - mean(x over N)
  y = x - max(e0 over T)`,
};

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(Object.entries(texts))("%s", (_, equations) => {
  const [{ graphs }] = checkText({
    path: "extremum.norm",
    text: `norm Extremum {\n  axes N, T\n  input x[N, T]\n${equations}\n  output y\n}\n`,
  });
  const [graph] = graphs;

  it.each(devices)("on $name", async ({ device }) => {
    for (const seed of [1, 2, 3]) {
      const trial = randomTrial(graph, { N: [300], T: [20] }, {}, seed);
      const worst = await worstOnDevice(device, backwardTrial(trial), undefined, inTurn());
      expect(worst.error, JSON.stringify([seed, worst])).toBeLessThanOrEqual(1e-5);
    }
  });
});

/** Sums in another order in each kernel, as a device or a tuner may choose. */
function inTurn(): ChooseVariant {
  let kernels = 0;
  return () => ({ ...laneARow, rows: 4, lanes: 2 ** kernels++ });
}
