/** Gradients that are added to what their buffers hold, against the oracle's backward graph. */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import { createBackward } from "../../src/runtime/webgpu/create-backward.ts";
import type { Dtype } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { backwardProgramsOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices, withLimits } from "../support/device.ts";
import { backwardTrial } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";
import { expectWrittenOnce } from "../support/written.ts";

/** Adding is only right where each element of a gradient is written once a run, and not read in between. */
describe("a gradient is written by one dispatch and read by none", () => {
  const cases = libraryNorms().flatMap((norm) => norm.graphs.map((graph) => ({ name: norm.name, graph })));
  it.each(cases)("$name $graph.mode", ({ graph }) => {
    for (const program of backwardProgramsOf(graph)) expectWrittenOnce(program);
  });
});

const asTheyAre = (await openTestDevices()).map((one) => ({ ...one, title: one.name as string }));
const without = (await openTestDevices(["subgroups"])).map((one) => ({
  ...one,
  title: `${one.name} without shader-f16`,
}));
const devices = [...asTheyAre, ...without];
afterAll(() => closeTestDevices(devices));

const odd: Extents = { N: [3], C: [6], S: [5, 11], D: [67] };
const fours: Extents = { N: [4], C: [8], S: [6, 8], D: [96] };
/** Few and long rows: split where the device is a GPU. */
const long: Extents = { N: [2], C: [2], S: [2003], D: [4004] };

/** Makes the backward pass, runs it twice from `start`, and gives back what each gradient's buffer then holds. */
async function twice(
  device: GPUDevice,
  graph: Graph,
  trial: Trial,
  dtype: Dtype,
  start: number,
  accumulate: readonly string[],
): Promise<Map<string, Float32Array>> {
  const programs = backwardProgramsOf(graph);
  const back = await createBackward(device, [programOf(graph)], async () => ({ backward: programs }), {
    ...trial.dims,
    ...trial.params,
    ...(graph.mode === null ? {} : { mode: graph.mode }),
    dtype,
    accumulate,
  });
  const written = back.program.tensors.filter((one) => one.role === "output").map((one) => one.name);
  const elements = (name: string): number => back.dims.get(name)!.reduce((a, b) => a * b, 1);
  const buffers = new Map<string, GPUBuffer>();
  for (const { name, role } of back.program.tensors) {
    if (role === "scratch") continue;
    const values = trial.feeds[name] ?? new Float32Array(elements(name)).fill(start);
    buffers.set(name, storedBuffer(device, values, back.dtypes.get(name)!));
  }
  for (let i = 0; i < 2; i++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    back.encode(pass, Object.fromEntries(buffers));
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
  const results = new Map<string, Float32Array>();
  for (const name of written) {
    const got = await readBuffer(device, buffers.get(name)!, elements(name), dtype);
    results.set(name, Float32Array.from(got));
  }
  for (const buffer of buffers.values()) buffer.destroy();
  back.destroy();
  return results;
}

function rounded(trial: Trial, dtype: Dtype): Trial {
  if (dtype === "f32") return trial;
  const feeds = Object.entries(trial.feeds).map(([name, values]) => [
    name,
    values.map((one) => fromHalf(toHalf(one))),
  ]);
  return { ...trial, feeds: Object.fromEntries(feeds) };
}

describe.each(devices)("on $title", ({ device: real, title }) => {
  const dtypes = title.endsWith("shader-f16") ? (["f16"] as const) : (["f32", "f16"] as const);
  describe.each(dtypes)("%s", (dtype) => {
    it.each([
      ["LayerNorm", null, odd, undefined],
      ["LayerNorm", null, fours, undefined],
      ["LayerNorm", null, long, undefined],
      ["BatchNorm", "train", odd, undefined],
      ["BatchNorm", "train", fours, undefined],
      ["GroupNorm", null, fours, undefined],
      ["BatchNorm", "train", odd, 2048],
      ["BatchNorm", "train", fours, 4096],
    ] as const)("%s %s %j in bindings of %s bytes", async (norm, mode, extents, most) => {
      const device =
        most === undefined
          ? real
          : withLimits(real, { maxStorageBufferBindingSize: dtype === "f16" ? most / 2 : most });
      const graph = graphOf(norm, mode);
      const params: Record<string, number> = norm === "GroupNorm" ? { G: 2 } : {};
      const forward = rounded(randomTrial(graph, extents, params, 7), dtype);
      const backward = rounded(backwardTrial(forward), dtype);
      const trial = { ...forward, feeds: { ...forward.feeds, ...backward.feeds } };
      const start = 3;
      const got = await twice(device, graph, trial, dtype, start, ["x", "gamma"]);
      for (const [tensor, gradient] of oracle(backward)) {
        const sums = tensor === "d_x" || tensor === "d_gamma";
        const want = gradient.map((one) => (sums ? start + 2 * one : one));
        const largest = want.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
        // The contract for each of two gradients; f16 rounds twice, half a unit of 11 bits each time.
        const allowed = largest * (2e-5 + (dtype === "f16" ? 2 * 2 ** -11 : 0));
        const worst = want.reduce((most, one, i) => Math.max(most, Math.abs(one - got.get(tensor)![i]!)), 0);
        expect(worst, tensor).toBeLessThanOrEqual(allowed);
      }
      // The same input gives the same bits.
      expect(await twice(device, graph, trial, dtype, start, ["x", "gamma"])).toEqual(got);
    });
  });
});
