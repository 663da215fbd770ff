/** Tensors larger than a binding lie in several; small operands are packed where bindings are too few. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import { createNorm, NormError } from "../../src/runtime/webgpu/index.ts";
import { type Trial, worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices, overridden, withLimits } from "../support/device.ts";
import { checkText, graphOf, libraryNorms } from "../support/library.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** The contract: within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

/** What f16 adds to it: half a unit in the last place of 11 bits, and the errors are relative. */
const allowed = { f32: tolerance, f16: tolerance + 2 ** -11 };

/** The device, and the entries of every bind group that was made through it. */
function watched(device: GPUDevice): { device: GPUDevice; groups: GPUBindGroupEntry[][] } {
  const groups: GPUBindGroupEntry[][] = [];
  const createBindGroup = (descriptor: GPUBindGroupDescriptor): GPUBindGroup => {
    groups.push([...descriptor.entries]);
    return device.createBindGroup(descriptor);
  };
  return { device: overridden(device, { createBindGroup }), groups };
}

const odd: Extents = { N: [4], C: [6], S: [5, 11], D: [131], T: [7], O: [9], F: [3, 3, 7] };
const fours: Extents = { N: [4], C: [8], S: [5, 8], D: [132], T: [8], O: [8], F: [4, 3, 4] };

function trialOf(graph: Graph, extents: Extents, seed: number, dtype: "f32" | "f16" = "f32"): Trial {
  const params = Object.fromEntries(
    [
      ["G", 2],
      ["B", 2],
    ].filter(([name]) => graph.params.some((one) => one.name === name)),
  );
  const { feeds, ...trial } = randomTrial(graph, extents, params, seed);
  const round = dtype === "f16" ? (value: number) => fromHalf(toHalf(value)) : Math.fround;
  const stored = Object.entries(feeds).map(([name, values]) => [name, values.map(round)]);
  return { ...trial, feeds: Object.fromEntries(stored), dtype };
}

const inPieces = [
  ["LayerNorm", null, odd],
  ["LayerNorm", null, fours],
  ["BatchNorm", "train", odd],
  ["BatchNorm", "train", fours],
  ["BatchNorm", "infer", fours],
  ["GroupNorm", null, odd],
  ["RMSNorm", null, fours],
  ["GlobalResponseNorm", null, odd],
] as const;

describe.each(devices)("pieces on $name", (adapter) => {
  const { device: real } = adapter;
  describe.each([...(["f32", "f16"] as const).entries()])("%i: %s", (turn, dtype) => {
    it.each(inTurn(inPieces, adapter, devices, turn))("%s %s", async (norm, mode, extents) => {
      // Rounded down to a multiple of 256: two or three pieces, so that a row or a channel lies in several.
      const most = dtype === "f32" ? 2048 : 1024;
      const { device, groups } = watched(withLimits(real, { maxStorageBufferBindingSize: most + 100 }));
      const worst = await worstDifference(device, trialOf(graphOf(norm, mode), extents, 5, dtype));
      const entries = groups.flat().map(({ resource }) => resource as GPUBufferBinding);
      expect(Math.max(...entries.map(({ size }) => size!))).toBe(most);
      expect(new Set(entries.map(({ offset }) => offset))).toContain(most);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(allowed[dtype]);
    });
  });
});

describe.each(devices)("packing on $name", (adapter) => {
  const { device: real } = adapter;
  const cases = libraryNorms().flatMap((norm) =>
    norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
  );

  it.each([["f32", odd] as const, ["f16", fours] as const])(
    "eight bindings, as every device has, are enough for 16 tensors in %s",
    async (dtype, extents) => {
      const affines = Array.from({ length: 14 }, (_, i) => `a${i}`);
      const text = `norm Many {
        axes N, D
        input x[N, D]
        affine ${affines.map((name) => `${name}[D] = 1`).join(", ")}
        y = x - mean(x over D) + ${affines.join(" + ")}
        output y
      }`;
      const [norm] = checkText({ path: "", text });
      const { device, groups } = watched(withLimits(real, { maxStorageBuffersPerShaderStage: 8 }));
      const worst = await worstDifference(device, trialOf(norm!.graphs[0]!, extents, 3, dtype));
      // Nine and more sources take two copies, and then the kernel.
      expect(groups.map((entries) => entries.length)).toEqual([8, 3, 8]);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(allowed[dtype]);
    },
  );

  describe("three bindings, through the library", () => {
    const bindings = 3;
    it.each(inTurn(cases, adapter, devices))("$norm $mode", async ({ graph }) => {
      const { device, groups } = watched(withLimits(real, { maxStorageBuffersPerShaderStage: bindings }));
      const written = compileGraph(graph).program.kernels.map(
        (kernel) => kernel.shaders[0]!.bindings.filter(({ access }) => access === "read_write").length,
      );
      for (const [dtype, extents] of [["f32", odd] as const, ["f16", fours] as const]) {
        const outcome = worstDifference(device, trialOf(graph, extents, 9, dtype));
        if (Math.max(...written) >= bindings) {
          await expect(outcome).rejects.toMatchObject({ code: "N508" });
          continue;
        }
        const worst = await outcome;
        expect(Math.max(...groups.map((entries) => entries.length))).toBeLessThanOrEqual(bindings);
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(allowed[dtype]);
      }
    });
  });

  it("a pack follows the buffers of each call", async () => {
    const { program } = compileGraph(graphOf("LayerNorm"));
    const device = withLimits(real, { maxStorageBuffersPerShaderStage: 3 });
    const norm = await createNorm(device, program, { dims: { x: [2, 4] } });
    const x = [1, 2, 3, 4, 4, 3, 2, 1];
    const gamma = [1, 1, 1, 1];
    const first = await norm.run({ x, gamma });
    const second = await norm.run({ x, gamma: gamma.map((one) => 3 * one), beta: [0, 0, 0, 0] });
    expect(first.y![0]).toBeCloseTo(-1.5 / Math.sqrt(1.25), 4);
    for (const [i, value] of first.y!.entries()) expect(second.y![i]).toBeCloseTo(3 * value, 5);
    norm.destroy();
  });

  it("what cannot be bound is refused by the name of the kernel and the limit", async () => {
    const { program } = compileGraph(graphOf("LayerNorm"));
    const device = withLimits(real, { maxStorageBuffersPerShaderStage: 1 });
    const made = createNorm(device, program, { dims: { x: [2, 4] } });
    await expect(made).rejects.toThrow(NormError);
    await expect(made).rejects.toThrow(/kernel y needs 4 storage buffers, allowed are 1/);
  });
});
