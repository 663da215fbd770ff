/** The generated modules for processors: the shape that the others have, saved values, and a process that ends. */
import { fileURLToPath } from "node:url";
import { describe, expect, expectTypeOf, it } from "vitest";
import { BatchNorm } from "../../generated/batch_norm.wasm.ts";
import { ConditionalBatchNorm as wasm } from "../../generated/conditional_batch_norm.wasm.backward.ts";
import { ConditionalBatchNorm } from "../../generated/conditional_batch_norm.wasm.ts";
import { GroupNorm } from "../../generated/group_norm.wasm.ts";
import { LayerNorm } from "../../generated/layer_norm.wasm.ts";
import { createWasmBackward } from "../../src/runtime/wasm/wasm-training.ts";
import { ended } from "../cli/normc.ts";
import { oracle } from "../support/compare.ts";
import { backwardTrial } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

function expectClose(got: ArrayLike<number>, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++)
    worst = Math.max(worst, Math.abs(got[i]! - want[i]!) / Math.max(1, Math.abs(want[i]!)));
  expect(worst).toBeLessThanOrEqual(1e-5);
}

describe("generated modules for processors", () => {
  it("create, run: axes and params by name", async () => {
    const x = normals(1, 2 * 6 * 35, 3, 2);
    const norm = await GroupNorm.create({ x: [2, 6, 5, 7], G: 3 }, { threads: 2 });
    expect(norm.threads).toBe(2);
    const { y } = norm.run({ x });
    expectTypeOf(y).toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectTypeOf(norm.tensors.gamma.view).toEqualTypeOf<Float32Array>();
    const dims = { x: [2, 6, 5, 7] };
    const want = oracle({ graph: graphOf("GroupNorm"), dims, params: { G: 3 }, feeds: { x } }).get("y")!;
    expectClose(y, want);
    expect(norm.tensors.gamma.dims).toEqual([6]);
    norm.destroy();
    expect(() => norm.run({ x })).toThrow(expect.objectContaining({ code: "N534" }));
  });

  it("long rows load the schedules in parts", async () => {
    const x = normals(2, 2 * 140_000, 3, 2);
    using norm = await LayerNorm.create({ x: [2, 140_000] }, { threads: 1 });
    const want = oracle({ graph: graphOf("LayerNorm"), dims: { x: [2, 140_000] }, feeds: { x } }).get("y")!;
    expectClose(norm.run({ x }).y, want);
    expect(norm.program.kernels[0]!.parts).toBe(0);
  });

  it("modes: the new states of a batch lie in memory and come back", async () => {
    const x = normals(2, 5 * 3 * 16, 3, 2);
    using norm = await BatchNorm.create({ mode: "train", x: [5, 3, 16] });
    const { y, running_mean } = norm.run({ x });
    const want = oracle({ graph: graphOf("BatchNorm", "train"), dims: { x: [5, 3, 16] }, feeds: { x } });
    expectClose(running_mean, want.get("running_mean")!);
    expect([...norm.tensors.running_mean.view]).toEqual([...running_mean]);
    expectClose(y, want.get("y")!);
  });

  it("a backward pass runs the kernels that the gradients asked for need", async () => {
    const trial = {
      graph: graphOf("LayerNorm"),
      dims: { x: [7, 24], gamma: [24], beta: [24] },
      feeds: { x: normals(3, 7 * 24), gamma: normals(4, 24), beta: normals(5, 24) },
    };
    const backward = backwardTrial(trial);
    using all = await LayerNorm.createBackward({ x: [7, 24] });
    using some = await LayerNorm.createBackward({ x: [7, 24], of: ["beta"] });
    expect(some.program.tensors.map(({ name }) => name)).not.toContain("d_x");
    // What only the forward pass reads may be given.
    const given = { ...trial.feeds, d_y: backward.feeds.d_y! };
    const { d_beta, ...none } = some.run(given);
    expect(none).toEqual({});
    expectTypeOf(d_beta).toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectClose(d_beta, oracle(backward).get("d_beta")!);
    expectClose(all.run(given).d_x, oracle(backward).get("d_x")!);
    expectTypeOf(all.tensors.d_x.view).toEqualTypeOf<Float32Array>();
    expectTypeOf(some.tensors).not.toHaveProperty("d_x");
    expect(some.tensors).not.toHaveProperty("d_gamma");
  });

  // The schedules in parts were found by the place of a kernel, also where the kernels before it are left out.
  it("a backward pass of few kernels takes long rows in parts", async () => {
    const dims = { x: [2, 1, 300_000], label: [2], gamma: [3, 1], beta: [3, 1] };
    const x = normals(3, 600_000);
    const feeds = { x, label: Float32Array.of(2, 0), gamma: normals(4, 3), beta: normals(5, 3) };
    const graph = graphOf("ConditionalBatchNorm", "train");
    const backward = backwardTrial({ graph, dims, params: { Classes: 3 }, feeds });
    // As if the module had no smaller program for x alone.
    const all = wasm.backward.filter(({ mode, kernels }) => mode === "train" && kernels.length === 4);
    using norm = await createWasmBackward(ConditionalBatchNorm.programs, async () => ({ backward: all }), {
      ...dims,
      ...{ mode: "train", of: ["x"], Classes: 3 },
    });
    expect(norm.program.kernels[0]!.parts).toBe(3);
    const { d_x } = norm.run({ ...feeds, d_y: backward.feeds.d_y! });
    expectClose(d_x!, oracle(backward).get("d_x")!);
  });

  it("options that are not plain: element types", async () => {
    using norm = await LayerNorm.create({ x: [1, 4], dtype: "f16" });
    const { y } = norm.run({ x: [1.00001, 2, 3, 4] });
    expect([...y]).toEqual([-1.341796875, -0.447265625, 0.447265625, 1.341796875]);
  });

  it("refuses what the WebGPU module refuses", async () => {
    await expect(GroupNorm.create({ x: [2, 6, 5], G: 4 })).rejects.toMatchObject({ code: "N504" });
    await expect(BatchNorm.create({ x: [2, 6, 5] } as never)).rejects.toMatchObject({ code: "N511" });
    const of = { x: [1, 4] as const, of: ["y"] as never };
    await expect(LayerNorm.createBackward(of)).rejects.toMatchObject({ code: "N501" });
    await expect(LayerNorm.create({ x: [1, 4], gama: [4] } as never)).rejects.toMatchObject({ code: "N501" });
  });
});

it("a process ends though its norms have threads and are not destroyed", async () => {
  const module = fileURLToPath(new URL("../../generated/layer_norm.wasm.ts", import.meta.url));
  const script = `
    const { LayerNorm } = await import(${JSON.stringify(module)});
    const norm = await LayerNorm.create({ x: [2, 2] }, { threads: 3 });
    console.log(norm.threads, [...norm.run({ x: [1, 3, 2, 4] }).y].map(Math.round).join());`;
  const words = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    script,
  ];
  expect(await ended(process.execPath, words, ".")).toEqual({ code: 0, out: "3 -1,1,-1,1\n", err: "" });
});
