/** Sizes that a backend of gpu.js cannot do: refused before a kernel is made. */
import { GPU } from "gpu.js";
import { expect, it } from "vitest";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { createGatherNorm, type GpuBackend } from "../../src/runtime/gpujs/index.ts";
import { checkSizes, sizedDraws } from "../../src/runtime/gpujs/sized-draws.ts";
import { resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { graphOf } from "../support/library.ts";

const { program } = compileGather(graphOf("LayerNorm"));
const dims = { x: [2 ** 15, 1024] };

it("webasm ends at 2^24 elements; where no backend is named, the next one is taken", async () => {
  await expect(createGatherNorm({ GPU, backend: "webasm" }, program, { dims })).rejects.toMatchObject({
    code: "N508",
    message: "tensor x: 33554432 elements are above 16777216 (webasm: an index is an f32 there)",
  });
  const norm = await createGatherNorm({ GPU }, program, { dims });
  expect(norm.backend).toBe("cpu");
  await norm.destroy();
  const small = await createGatherNorm({ GPU }, program, { dims: { x: [4, 1024] } });
  expect(small.backend).toBe("webasm");
  await small.destroy();
});

it("webgl2 ends where a texture does", () => {
  const shapes = resolveShapes(program, dims);
  const draws = sizedDraws(program, shapes, new Set(["y"]), "webgl2");
  const check = (maxTextureSize: number) => () =>
    checkSizes(program, shapes, draws, { backend: "webgl2", maxTextureSize });
  expect(check(8192)).not.toThrow();
  expect(check(4096)).toThrow(
    "tensor x: 33554432 elements are above 16777216 (webgl2: a texture of 4096 × 4096)",
  );
});

it("rows that are long and few are in parts, and those that are many are not", () => {
  const draws = (rows: number, length: number, backend: GpuBackend): string[] =>
    sizedDraws(program, resolveShapes(program, { x: [rows, length] }), new Set(["y"]), backend).map(
      ({ draw, parts }) => `${draw.name} ${parts}`,
    );
  expect(draws(4096, 768, "webgl2")).toEqual(["stats_1 1", "y 1"]);
  expect(draws(2, 65536, "webgl2")).toEqual(["stats_1_parts 256", "stats_1 256", "y 1"]);
  expect(draws(2, 65536, "webasm")).toEqual(["stats_1_parts 32", "stats_1 32", "y 1"]);
  expect(draws(2, 65536, "cpu")).toEqual(["stats_1 1", "y 1"]);
});

it.each(["webasm", "cpu"] as const)(
  "a kernel that gpu.js does not take on %s is a defect of normc",
  async (backend) => {
    const draws = program.draws.map((draw) => ({
      ...draw,
      whole: { ...draw.whole, js: draw.whole.js.replaceAll("this.thread", "this.nonsense") },
    }));
    const broken = { ...program, draws };
    const norm = await createGatherNorm({ GPU, backend }, broken, { dims: { x: [2, 4] } });
    await expect(norm.run({ x: new Float32Array(8) })).rejects.toMatchObject({
      code: "N513",
      message: expect.stringContaining(`this is a defect of normc: running LayerNorm on ${backend}: `),
    });
    await norm.destroy();
  },
);
