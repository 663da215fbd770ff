/** Chains that are too long for a kernel: what lies in memory between its parts, on devices against the oracle. */
import { afterAll, describe, expect, it } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { ChooseVariant } from "../../src/runtime/webgpu/index.ts";
import { chainGraph, chainKinds } from "../support/chains.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { planOf } from "../support/plan.ts";
import { randomTrial } from "../support/shapes.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const extents = { N: [20], D: [24] };
const { oneAxis, axesInTurn, maxima, functions } = chainKinds;
const chains = [
  { name: oneAxis.name, graph: chainGraph(oneAxis, 6) },
  { name: axesInTurn.name, graph: chainGraph(axesInTurn, 6) },
  { name: maxima.name, graph: chainGraph(maxima, 9) },
  {
    name: "functions, standardized",
    graph: chainGraph(functions, 3, (e) => `standardize(${e} over D; 1e-5)`),
  },
];

describe.each(chains)("$name", ({ graph }) => {
  const trial = randomTrial(graph, extents, {}, 3);

  it("keeps values in memory", () => {
    for (const one of [graph, differentiate(graph)]) {
      expect(planOf(one).withStored.tensors.length).toBeGreaterThan(one.tensors.length);
    }
  });

  it.each(devices)("forward on $name", async ({ device }) => {
    for (const choose of [undefined, inTurn()]) {
      const worst = await worstDifference(device, trial, choose);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  });

  it.each(devices)("gradients on $name", async ({ device }) => {
    for (const choose of [undefined, inTurn()]) {
      const worst = await worstOnDevice(device, backwardTrial(trial), undefined, choose);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  });
});

/** Sums in another order in each kernel, as a device or a tuner may choose. */
function inTurn(): ChooseVariant {
  let kernels = 0;
  return () => ({ ...laneARow, rows: 4, lanes: 2 ** (kernels++ % 5) });
}
