/**
 * Empty inputs: gradients are 0 and states stay as they are, on every target and in the oracle (pytorch #12013). The values
 * are those that `docs/language.md` states.
 */
import { GPU } from "gpu.js";
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { createGatherNorm } from "../../src/runtime/gpujs/index.ts";
import { createBackward } from "../../src/runtime/webgpu/create-backward.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { backwardOf, backwardProgramsOf, gatherProgramOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends } from "../support/gather.ts";
import { checkText, graphOf } from "../support/library.ts";

const devices = await openTestDevices();
/** Without shader-f16: f16 then lies in halves of words. */
const without = await openTestDevices(["subgroups"]);
afterAll(() => closeTestDevices([...devices, ...without]));

type Results = Readonly<Record<string, ArrayLike<number>>>;
type Run = (trial: Trial) => Promise<Results>;

const onDevice =
  (device: GPUDevice): Run =>
  async ({ graph, dims, params = {}, feeds, dtype }) => {
    const norm = await createNorm(device, programOf(graph), { dims, params, dtype });
    const results = await norm.run(feeds);
    norm.destroy();
    return results;
  };

const targets: readonly (readonly [string, Run])[] = [
  ["the oracle", async (trial) => Object.fromEntries(oracle(trial))],
  ...devices.map(({ name, device }) => [name, onDevice(device)] as const),
  ...without.map(({ name, device }) => [`${name} without shader-f16`, onDevice(device)] as const),
  ...nodeBackends.map((backend): readonly [string, Run] => [
    `gpu.js ${backend}`,
    async ({ graph, dims, params = {}, feeds, dtype }) => {
      const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graph), { dims, params, dtype });
      const results = await norm.run(feeds);
      await norm.destroy();
      return results;
    },
  ]),
];

const nothing = new Float32Array();

function graphFrom(text: string): Graph {
  return checkText({ path: "empty.norm", text })[0]!.graphs[0]!;
}

/** Numbers, with -0 as 0: the sign of a sum of nothing means nothing. */
function plain(results: Results): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(results).map(([name, values]) => [name, Array.from(values, (value) => value + 0)]),
  );
}

describe.each(targets)("an empty batch on %s", (_, run) => {
  it.each([
    [0, 3],
    [2, 0],
  ])("leaves the running statistics of a batch norm as they are: N = %d, S = %d", async (n, s) => {
    const trial: Trial = {
      graph: graphOf("BatchNorm", "train"),
      dims: { x: [n, 2, s] },
      feeds: { x: nothing, running_mean: Float32Array.of(3, -4) },
    };
    // The running variance is omitted, so it stays at its initial value.
    const kept = { y: [], running_mean: [3, -4], running_var: [1, 1] };
    expect(plain(await run(trial))).toEqual(kept);
    expect(plain(await run({ ...trial, dtype: "f16" }))).toEqual(kept);
  });

  it("has no gradients: batch norm", async () => {
    const graph = backwardOf(graphOf("BatchNorm", "train"));
    const dims = { x: [0, 2, 3], d_y: [0, 2, 3] };
    const trial: Trial = { graph, dims, feeds: { x: nothing, d_y: nothing } };
    const zeros = { d_x: [], d_gamma: [0, 0], d_beta: [0, 0] };
    expect(plain(await run(trial))).toEqual(zeros);
    expect(plain(await run({ ...trial, dtype: "f16" }))).toEqual(zeros);
  });

  it("has no gradients: switchable norm", async () => {
    const graph = backwardOf(graphOf("SwitchableNorm"));
    const dims = { x: [0, 2, 1], d_y: [0, 2, 1] };
    const trial: Trial = { graph, dims, feeds: { x: nothing, d_y: nothing } };
    const zeros = { d_gamma: [0, 0], d_beta: [0, 0], d_mean_weight: [0, 0, 0], d_var_weight: [0, 0, 0] };
    expect(plain(await run(trial))).toEqual({ d_x: [], ...zeros });
  });

  // A counter, and a mean of an input that has elements, are updated beside a mean of one that has none.
  it("leaves only the states as they are that depend on it", async () => {
    const graph = graphFrom(`norm Mixed {
      axes   N, M, C
      input  x[N, C], z[M, C]
      state  a[C] = 5, b[C] = 0, steps[C] = 0
      on train {
        mu = mean(x over N)
        a <- lerp(a, mu, 0.5)
        b <- lerp(b, mean(z over M), 0.5)
        steps <- steps + 1
      }
      on infer { mu = a + b + steps }
      y = x - a
      output y, mu
    }`);
    const trial: Trial = {
      graph,
      dims: { x: [0, 2], z: [2, 2] },
      feeds: { x: nothing, z: Float32Array.of(1, 2, 3, 6) },
    };
    const { mu, ...others } = plain(await run(trial));
    expect(others).toEqual({ y: [], a: [5, 5], b: [1, 2], steps: [1, 1] });
    expect(mu).toHaveLength(2);
  });

  it("has no gradient through an empty output, and one through an output that has elements", async () => {
    const graph = backwardOf(
      graphFrom(`norm Halves {
        axes   N, M, C
        input  x[N, C], z[M, C]
        affine gamma[C] = 1, delta[C] = 1
        y = (x - mean(x over N)) * rsqrt(var(x over N) + 1) * gamma
        w = z * delta
        output y, w
      }`),
    );
    const trial: Trial = {
      graph,
      dims: { x: [0, 2], z: [2, 2], d_y: [0, 2], d_w: [2, 2] },
      feeds: { x: nothing, d_y: nothing, z: Float32Array.of(1, 2, 3, 4), d_w: Float32Array.of(1, 1, 1, 2) },
    };
    const want = { d_x: [], d_z: [1, 1, 1, 2], d_gamma: [0, 0], d_delta: [4, 10] };
    expect(plain(await run(trial))).toEqual(want);
  });
});

describe.each(devices)("accumulating on $name", ({ device }) => {
  it("adds nothing for an empty batch, and overwrites with 0 what is not accumulated", async () => {
    const graph = graphOf("BatchNorm", "train");
    const load = async () => ({ backward: backwardProgramsOf(graph) });
    const options = { x: [0, 2, 3], mode: "train", of: ["gamma", "beta"], accumulate: ["gamma"] };
    const back = await createBackward(device, [programOf(graph)], load, options);
    const sevens = (): GPUBuffer => storedBuffer(device, new Float32Array(2).fill(7), "f32");
    const buffers = { gamma: sevens(), d_gamma: sevens(), d_beta: sevens() };
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    back.encode(pass, buffers);
    pass.end();
    device.queue.submit([encoder.finish()]);
    expect([...(await readBuffer(device, buffers.d_gamma, 2, "f32"))]).toEqual([7, 7]);
    expect([...(await readBuffer(device, buffers.d_beta, 2, "f32"))]).toEqual([0, 0]);
    for (const buffer of Object.values(buffers)) buffer.destroy();
    back.destroy();
  });
});
