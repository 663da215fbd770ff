/**
 * Steps of training in place: the backward pass updates states of its own, and reads those of the forward pass as they
 * were before the step.
 */
import { GPU } from "gpu.js";
import { afterAll, describe, expect, it } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { createGatherBackwardFromOptions, type GatherNorm } from "../../src/runtime/gpujs/index.ts";
import { createBackward } from "../../src/runtime/webgpu/create-backward.ts";
import { createSaving } from "../../src/runtime/webgpu/create-saving.ts";
import type { Norm } from "../../src/runtime/webgpu/index.ts";
import { oracle } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const [n, c, s] = [3, 4, 5];
const dims = { x: [n, c, s] };
const steps = [0, 1, 2].map((i) => ({
  x: normals(2 * i + 1, n * c * s),
  d_y: normals(2 * i + 2, n * c * s),
}));
const affines = { gamma: normals(50, c), beta: normals(51, c) };

interface Case {
  readonly norm: string;
  /** The states that the forward pass updates, and those that the backward pass updates. */
  readonly forward: readonly string[];
  readonly backward: readonly string[];
}

const cases: readonly Case[] = [
  { norm: "PowerNorm", forward: ["running_square"], backward: ["running_product"] },
  { norm: "BatchRenorm", forward: ["running_mean", "running_std"], backward: [] },
];

type Arrays = Readonly<Record<string, ArrayLike<number>>>;

function start({ forward, backward }: Case): Record<string, Float32Array> {
  const names = [...forward, ...backward];
  return Object.fromEntries(
    names.map((name, i) => [name, Float32Array.from({ length: c }, (_, j) => 1 + i + j / 4)]),
  );
}

/** d_x and the states after each step, by the oracle. */
function expectedSteps(one: Case): Arrays[] {
  const graph = graphOf(one.norm, "train");
  const back = differentiate(graph);
  const reads = (tensors: typeof graph.tensors, all: Arrays): Record<string, Float32Array> =>
    Object.fromEntries(
      tensors.flatMap(({ name, role }) =>
        role === "output" || all[name] === undefined ? [] : [[name, Float32Array.from(all[name])]],
      ),
    );
  let states: Arrays = start(one);
  return steps.map((step) => {
    const all = { ...step, ...affines, ...states };
    const shapes = (feeds: Record<string, Float32Array>): Record<string, readonly number[]> =>
      Object.fromEntries(
        Object.entries(feeds).map(([name, data]) => [name, data.length === c ? [c] : dims.x]),
      );
    const forwardFeeds = reads(graph.tensors, all);
    const backFeeds = reads(back.tensors, all);
    const made = oracle({ graph, dims: shapes(forwardFeeds), feeds: forwardFeeds });
    const gradients = oracle({ graph: back, dims: shapes(backFeeds), feeds: backFeeds });
    const next = [...one.forward.map((name) => [name, made.get(name)!] as const)];
    const kept = one.backward.map((name) => [name, gradients.get(name)!] as const);
    states = Object.fromEntries([...next, ...kept]);
    return { d_x: gradients.get("d_x")!, ...states };
  });
}

function expectClose(got: Arrays, want: Arrays): void {
  for (const [name, values] of Object.entries(want)) {
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs(got[name][i] - values[i]) / Math.max(1, Math.abs(values[i]));
      expect(error, `${name}[${i}]: ${got[name][i]}, not ${values[i]}`).toBeLessThan(1e-5);
    }
  }
}

describe.each(cases)("$norm", (one) => {
  const graph = graphOf(one.norm, "train");
  const want = expectedSteps(one);

  it.each(devices)("in place on $name", async ({ device }) => {
    const training = compileTraining(graph, "none");
    if ("reason" in training || training.saving === null) throw new Error("nothing is saved");
    const programs = training.backward.map(({ program }) => program);
    const options = { ...dims, mode: "train" };
    const forward = await createSaving(
      device,
      [programOf(graph)],
      async () => ({ saving: [training.saving!] }),
      options,
    );
    const back = await createBackward(device, [programOf(graph)], async () => ({ backward: programs }), {
      ...options,
      of: ["x"],
    });
    const states = start(one);
    const buffer = (length: number, data?: Float32Array): GPUBuffer => {
      const made = device.createBuffer({ size: 4 * length, usage: 0x80 | 0x4 | 0x8 });
      if (data !== undefined) device.queue.writeBuffer(made, 0, data);
      return made;
    };
    const own = Object.fromEntries(Object.entries(states).map(([name, data]) => [name, buffer(c, data)]));
    const shared = { y: buffer(n * c * s), d_x: buffer(n * c * s), saved: buffer(forward.savedBytes / 4) };
    for (const [i, step] of steps.entries()) {
      const all = {
        ...own,
        ...shared,
        x: buffer(n * c * s, step.x),
        d_y: buffer(n * c * s, step.d_y),
        gamma: buffer(c, affines.gamma),
        beta: buffer(c, affines.beta),
      };
      const given = (norm: Norm): Record<string, GPUBuffer> =>
        Object.fromEntries(
          norm.program.tensors.flatMap(({ name, role }) =>
            role === "scratch" ? [] : [[name, all[name as keyof typeof all]]],
          ),
        );
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      forward.encode(pass, given(forward));
      back.encode(pass, given(back));
      pass.end();
      const read = Object.entries({ d_x: shared.d_x, ...own }).map(([name, from]) => {
        const to = device.createBuffer({ size: from.size, usage: 0x1 | 0x8 });
        encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
        return [name, to] as const;
      });
      device.queue.submit([encoder.finish()]);
      const got: Record<string, Float32Array> = {};
      for (const [name, to] of read) {
        await to.mapAsync(1);
        got[name] = new Float32Array(to.getMappedRange().slice(0));
        to.destroy();
      }
      expectClose(got, want[i]);
    }
    forward.destroy();
    back.destroy();
  });

  it("through gpu.js, with the old states given", async () => {
    const back = await createGatherBackwardFromOptions<GatherNorm>(
      { GPU, backend: "cpu" },
      [compileGather(graph).program],
      async () => ({ backward: [compileGather(differentiate(graph)).program] }),
      { ...dims, mode: "train", of: ["x"] },
    );
    const got = await back.run({ ...affines, ...start(one), ...steps[0] });
    await back.destroy();
    const expected = Object.fromEntries(["d_x", ...one.backward].map((name) => [name, want[0][name]]));
    expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
    expectClose(got, expected);
  });
});

it("an empty batch leaves the state of a backward pass as it is", () => {
  const back = differentiate(graphOf("PowerNorm", "train"));
  const running = Float32Array.from([1, 2]);
  const got = oracle({
    graph: back,
    dims: { x: [0, 2], d_y: [0, 2], gamma: [2], running_square: [2], running_product: [2] },
    feeds: { x: new Float32Array(), d_y: new Float32Array(), running_product: running },
  });
  expect([...got.get("running_product")!]).toEqual([1, 2]);
});
