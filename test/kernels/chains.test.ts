/** Chains that are too long for a kernel: what lies in memory between its parts, on devices against the oracle. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { ChooseVariant } from "../../src/runtime/webgpu/index.ts";
import { chainGraph, chainKinds } from "../support/chains.ts";
import { worstDifference, worstOf } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient, worstOnDevice } from "../support/gradients.ts";
import { planOf } from "../support/plan.ts";
import { randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** On cores that others use, the kernels of one chain take lavapipe a minute to compile. */
const timeout = { timeout: 300_000 };
const extents = { N: [20], D: [24] };
const { oneAxis, axesInTurn, maxima, functions } = chainKinds;
const chains = [
  { name: oneAxis.name, graph: chainGraph(oneAxis, 6) },
  { name: axesInTurn.name, graph: chainGraph(axesInTurn, 6) },
  { name: maxima.name, graph: chainGraph(maxima, 12) },
  {
    name: "functions, standardized",
    graph: chainGraph(functions, 3, (e) => `standardize(${e} over D; 1e-5)`),
  },
];

it.each(chains)("keeps values in memory: $name", ({ graph }) => {
  for (const one of [graph, differentiate(graph)]) {
    expect(planOf(one).withStored.tensors.length).toBeGreaterThan(one.tensors.length);
  }
});

describe.each(devices)("on $name", (adapter) => {
  const { device } = adapter;
  describe.each(inTurn(chains, adapter, devices))("$name", ({ graph }) => {
    const trial = randomTrial(graph, extents, {}, 3);

    it("forward", timeout, async () => {
      const worst = await worstDifference(device, trial, anotherOrder());
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    });

    it("gradients", timeout, async () => {
      const worst = await worstOnDevice(device, backwardTrial(trial), undefined, anotherOrder());
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    });
  });
});

/** Eight links are too long for a draw of gpu.js, whose statistics lie in memory anyway. */
describe.each([oneAxis, axesInTurn])("on gpu.js: $name", (kind) => {
  const trial = randomTrial(chainGraph(kind, 8), extents, {}, 3);

  it.each(nodeBackends)("%s", async (backend) => {
    const { draws } = compileGather(trial.graph).plan;
    expect(draws.filter((one) => one.kind === "map").length).toBeGreaterThan(1);
    const worst = worstOf(await runOnGpuJs(trial, backend), trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    const backward = backwardTrial(trial);
    const gradient = worstGradient(backward, await runOnGpuJs(backward, backend));
    expect(gradient.error, JSON.stringify(gradient)).toBeLessThanOrEqual(1e-5);
  });
});

/** Sums in another order in each kernel, as a device or a tuner may choose. */
function anotherOrder(): ChooseVariant {
  let kernels = 0;
  return () => ({ ...laneARow, rows: 4, lanes: 2 ** (kernels++ % 5) });
}
