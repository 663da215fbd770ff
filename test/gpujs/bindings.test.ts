/** The generated modules for gpu.js: the shape that the WebGPU ones have, and what they refuse. */
import { GPU } from "gpu.js";
import { describe, expect, expectTypeOf, it } from "vitest";
import { BatchNorm } from "../../generated/batch_norm.gpujs.ts";
import { GroupNorm } from "../../generated/group_norm.gpujs.ts";
import { LayerNorm } from "../../generated/layer_norm.gpujs.ts";
import { oracle } from "../support/compare.ts";
import { backwardTrial } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const gpu = { GPU, backend: "webasm" } as const;

function expectClose(got: Float32Array, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(got[i]! - want[i]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(want[i]!)));
  }
}

describe("generated modules for gpu.js", () => {
  it("create, run: axes and params by name", async () => {
    const x = normals(1, 2 * 6 * 35, 3, 2);
    const norm = await GroupNorm.create(gpu, { x: [2, 6, 5, 7], G: 3 });
    expect(norm.backend).toBe("webasm");
    const { y } = await norm.run({ x });
    expectTypeOf(y).toEqualTypeOf<Float32Array<ArrayBuffer>>();
    const dims = { x: [2, 6, 5, 7] };
    expectClose(y, oracle({ graph: graphOf("GroupNorm"), dims, params: { G: 3 }, feeds: { x } }).get("y")!);
    await norm.destroy();
    await expect(norm.run({ x })).rejects.toMatchObject({ code: "N534" });
  });

  it("modes: the new states of a batch come back", async () => {
    const x = normals(2, 5 * 3 * 16, 3, 2);
    const norm = await BatchNorm.create(gpu, { mode: "train", x: [5, 3, 16] });
    const results = await norm.run({ x });
    const want = oracle({ graph: graphOf("BatchNorm", "train"), dims: { x: [5, 3, 16] }, feeds: { x } });
    expectClose(results.running_mean, want.get("running_mean")!);
    expectClose(results.y, want.get("y")!);
    await norm.destroy();
  });

  it("a backward pass makes the draws that the gradients asked for need", async () => {
    const trial = {
      graph: graphOf("LayerNorm"),
      dims: { x: [7, 24], gamma: [24], beta: [24] },
      feeds: { x: normals(3, 7 * 24), gamma: normals(4, 24), beta: normals(5, 24) },
    };
    const backward = backwardTrial(trial);
    const all = await LayerNorm.createBackward(gpu, { x: [7, 24] });
    const some = await LayerNorm.createBackward(gpu, { x: [7, 24], of: ["beta"] });
    expect(some.draws.length).toBeLessThan(all.draws.length);
    // What only the forward pass reads may be given.
    const given = { ...trial.feeds, d_y: backward.feeds.d_y! };
    const { d_beta, ...none } = await some.run(given);
    expect(none).toEqual({});
    expectTypeOf(some.run).returns.resolves.toEqualTypeOf<
      Readonly<Record<"d_beta", Float32Array<ArrayBuffer>>>
    >();
    expectClose(d_beta, oracle(backward).get("d_beta")!);
    expectClose((await all.run(given)).d_x, oracle(backward).get("d_x")!);
    await all.destroy();
    await some.destroy();
  });

  it("dtype f16 rounds what is fed and what comes out", async () => {
    const norm = await LayerNorm.create({ GPU, backend: "cpu" }, { x: [1, 4], dtype: "f16" });
    const { y } = await norm.run({ x: [1.00001, 2, 3, 4] });
    expect([...y]).toEqual([-1.341796875, -0.447265625, 0.447265625, 1.341796875]);
    await norm.destroy();
  });

  it.each([
    [
      { GPU, backend: "webgl2" } as const,
      "N517",
      "gpu.js has no backend webgl2 here: available are webasm, cpu",
    ],
    [{ GPU, backend: "cuda" } as never, "N517", "backend: expected webgl2, webasm, cpu or auto, given cuda"],
    [{ GPU: class {} } as never, "N517", "expected the constructor `GPU` of gpu.js"],
  ])("refuses a backend that is not there", async (settings, code, message) => {
    await expect(LayerNorm.create(settings, { x: [1, 4] })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it("refuses what the WebGPU module refuses", async () => {
    await expect(GroupNorm.create(gpu, { x: [2, 6, 5], G: 4 })).rejects.toMatchObject({ code: "N504" });
    await expect(BatchNorm.create(gpu, { x: [2, 6, 5] } as never)).rejects.toMatchObject({ code: "N511" });
    const of = { x: [1, 4] as const, of: ["y"] as never };
    await expect(LayerNorm.createBackward(gpu, of)).rejects.toMatchObject({ code: "N501" });
    const norm = await LayerNorm.create(gpu, { x: [1, 4] });
    await expect(norm.run({ x: [1] })).rejects.toMatchObject({ code: "N506" });
    await expect(norm.run({} as never)).rejects.toMatchObject({ code: "N502" });
    await norm.destroy();
  });

  it("refuses what gpu.js moved to another backend in silence", async () => {
    // A GPU whose kernels all run on cpu, whatever mode it is asked for.
    const Falling = class extends GPU {
      constructor() {
        super({ mode: "cpu" });
      }
    };
    const norm = await LayerNorm.create({ GPU: Falling as never, backend: "webasm" }, { x: [1, 4] });
    await expect(norm.run({ x: [1, 2, 3, 4] })).rejects.toMatchObject({
      code: "N517",
      message: "gpu.js ran cpu instead of webasm",
    });
    await norm.destroy();
  });
});
