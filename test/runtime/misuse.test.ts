/** What a caller without types can pass: each mistake is a NormError with a code, never an error of JavaScript. */
import { GPU } from "gpu.js";
import { describe, expect, test } from "vitest";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { ownBuffers } from "../../src/runtime/device/buffers.ts";
import { readRange } from "../../src/runtime/device/ranges.ts";
import { createGatherNorm } from "../../src/runtime/gpujs/gather-norm.ts";
import { without } from "../../src/runtime/options/backward-options.ts";
import { checkFeed } from "../../src/runtime/options/check-feed.ts";
import { readOptions } from "../../src/runtime/options/read-options.ts";
import { resolveDtypes } from "../../src/runtime/shapes/element-types.ts";
import { mostDims } from "../../src/runtime/shapes/open-axes.ts";
import { NormError, resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { graphOf } from "../support/library.ts";

const { program } = compileGraph(graphOf("LayerNorm"));
const dims = { x: [2, 3] };
const shapes = resolveShapes(program, dims);
const dtypes = resolveDtypes(program, undefined);
const x = program.tensors.find((one) => one.name === "x")!;

function codeOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof NormError) return error.code;
    throw error;
  }
}

function created(options: unknown): () => unknown {
  return () => {
    const read = readOptions([program], options as never, { mode: "mode", dtype: "dtype" });
    resolveShapes(read.program, mostDims(read.dims), read.params);
    resolveDtypes(read.program, read.dtype);
  };
}

describe("a norm is created", () => {
  test.each<[string, unknown]>([
    ["N502", null],
    ["N502", undefined],
    ["N501", "x"],
    ["N505", { x: null }],
    ["N505", { x: 6 }],
    ["N505", { x: "23" }],
    ["N503", { x: [2, null] }],
    ["N503", { x: ["2", "3"] }],
    ["N507", { ...dims, eps: null }],
    ["N507", { ...dims, eps: "1e-5" }],
    ["N507", { ...dims, eps: [] }],
    ["N514", { ...dims, dtype: 5 }],
    ["N514", { ...dims, dtype: null }],
    ["N514", { ...dims, dtype: true }],
    ["N514", { ...dims, dtype: { x: null } }],
    ["N514", { ...dims, dtype: { x: 16 } }],
    ["N501", { ...dims, dtype: { z: "f16" } }],
    ["N501", { ...dims, mode: null }],
    ["N514", { ...dims, dtype: "i8" }],
    ["accepted", { ...dims, eps: undefined, dtype: undefined }],
    ["accepted", { ...dims, dtype: { x: undefined } }],
  ])("%s: %j", (code, options) => {
    expect(codeOf(created(options))).toBe(code);
  });
});

describe("a norm is run", () => {
  test.each<[string, unknown]>([
    ["N502", undefined],
    ["N514", null],
    ["N514", "123456"],
    ["N514", ["1", "2", "3", "4", "5", "6"]],
    ["N514", BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)],
    ["N514", [null, 2, 3, 4, 5, 6]],
    ["N506", 6],
    ["N506", {}],
    ["N506", new ArrayBuffer(24)],
    ["accepted", [1, 2, 3, 4, 5, 6]],
  ])("%s", (code, feed) => {
    expect(codeOf(() => checkFeed(x, feed as never, shapes))).toBe(code);
  });

  // The message once held every number of an array that was given for a buffer, or for dims.
  test.each([
    [() => readRange(new Float32Array(9999) as never, x, 24, {} as never), "[object Float32Array]"],
    [() => readRange(Array(9999).fill(1) as never, x, 24, {} as never), "[1, 1, 1, 1, 1, 1, 1, 1, …]"],
    [created({ x: new Float32Array(9999) }), "[object Float32Array]"],
    [created({ x: [3, "2"] }), 'given "2"'],
    [() => readRange(Object.create(null), x, 24, {} as never), "[object Object]"],
    [() => checkFeed(x, new ArrayBuffer(24) as never, shapes), "[object ArrayBuffer]"],
  ])("what was given is shown in a few words", (run, shown) => {
    expect(run).toThrow(shown);
    try {
      run();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(200);
    }
  });

  test("with null: N502, also by gpu.js", async () => {
    const { program: gather } = compileGather(graphOf("LayerNorm"));
    const norm = await createGatherNorm({ GPU, backend: "cpu" }, gather, { dims });
    await expect(norm.run(null as never)).rejects.toMatchObject({ code: "N502" });
    await norm.destroy();
    expect(without(null as never, ["x"])).toEqual({});
  });

  test.each([undefined, null, {}])("by gpu.js given as %s: N517", async (settings) => {
    const { program: gather } = compileGather(graphOf("LayerNorm"));
    await expect(createGatherNorm(settings as never, gather, { dims })).rejects.toMatchObject({
      code: "N517",
    });
  });

  test("with buffers that are none: N514", () => {
    const buffers = ownBuffers({} as never, program, shapes, dtypes);
    for (const one of [null, 5, "x", {}]) {
      expect(codeOf(() => buffers.resolve({ x: one as never }))).toBe("N514");
    }
    expect(codeOf(() => buffers.resolve(null as never))).toBe("N502");
  });
});
