/** The runtime for processors: any number of threads, memory of ours and of others, and what it refuses. */
import { describe, expect, it, test } from "vitest";
import type { WasmProgram } from "../../src/program/wasm-program.ts";
import { plainOptions } from "../../src/runtime/options/plain-options.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";
import { createWasmNorm } from "../../src/runtime/wasm/index.ts";
import { programInterface } from "../../src/targets/interface/program-interface.ts";
import { oracle, type Trial, worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { awkwardShapes, ownParams, randomTrial } from "../support/shapes.ts";
import { wasmProgramOf } from "../support/wasm.ts";

/** The contract (design, "The numerics contract"): within 1e-5 of float64, relative to a unit-variance output. */
const tolerance = 1e-5;

const layerNorm = await wasmProgramOf(graphOf("LayerNorm"));
const pageBytes = 65_536;

function expectClose(got: ArrayLike<number>, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++)
    worst = Math.max(worst, Math.abs(got[i]! - want[i]!) / Math.max(1, Math.abs(want[i]!)));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

function normalized(x: Float32Array, dims: readonly number[]): Float64Array | Float32Array {
  return oracle({ graph: graphOf("LayerNorm"), dims: { x: dims }, feeds: { x } }).get("y") as Float64Array;
}

describe("the same bits on any number of threads", () => {
  const rows = { N: [37], C: [12], S: [5, 7], D: [83] };
  const trials: readonly (readonly [string, Trial])[] = [
    ["rows", randomTrial(graphOf("LayerNorm"), rows, {}, 1)],
    ["a row in parts", randomTrial(graphOf("LayerNorm"), { N: [2], D: [140_007] }, {}, 2)],
    ["groups", randomTrial(graphOf("GroupNorm"), rows, { G: 4 }, 3)],
    ["columns, and states", randomTrial(graphOf("BatchNorm", "train"), rows, {}, 4)],
    ["nothing", randomTrial(graphOf("BatchNorm", "train"), { ...rows, N: [0] }, {}, 5)],
    [
      "gradients, with chunks of rows",
      backwardTrial(randomTrial(graphOf("LayerNorm"), { N: [401], D: [35] }, {}, 6)),
    ],
  ];
  it.each(trials)("%s", async (_, trial) => {
    const { graph, dims, params, feeds } = trial;
    const program = await wasmProgramOf(graph);
    const results = [];
    for (const threads of [1, 2, 7]) {
      using norm = await createWasmNorm(program, { dims, params: params ?? {} }, { threads });
      expect(norm.threads).toBe(threads);
      results.push(norm.run(feeds));
      // Again, with threads that are awake, and from the states that they left.
      if (!program.tensors.some((one) => one.updated)) expect(norm.run(feeds)).toEqual(results[0]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const gradient = graph.tensors.some((one) => one.gradientOf !== undefined);
    const worst = gradient ? worstGradient(trial, results[0] as never, 0) : worstOf(results[0]!, trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
  });

  test("without a wish, small tensors have one thread", async () => {
    using norm = await createWasmNorm(layerNorm, { dims: { x: [4, 768] } });
    expect(norm.threads).toBe(1);
  });
});

describe("views", () => {
  const dims = { x: [3, 8] };
  const x = normals(1, 24, 2);

  test("run without feeds computes in memory, and copies nothing", async () => {
    using norm = await createWasmNorm(layerNorm, { dims });
    norm.tensors.x!.view.set(x);
    expect(norm.run()).toBe(undefined);
    expectClose(norm.tensors.y!.view, normalized(x, [3, 8]));
    // What is not fed stays as it is.
    norm.tensors.gamma!.view.fill(2);
    const { y } = norm.run({ x: x.map((one) => -one) });
    expectClose(
      y!,
      normalized(x, [3, 8]).map((one) => -2 * one),
    );
  });

  test("an input that nobody gave is missing", async () => {
    using norm = await createWasmNorm(layerNorm, { dims });
    expect(() => norm.run()).toThrow(expect.objectContaining({ code: "N502" }));
    expect(() => norm.run({ gamma: new Float32Array(8) })).toThrow(expect.objectContaining({ code: "N502" }));
    expect(() => norm.run({ x: [1] })).toThrow(expect.objectContaining({ code: "N506" }));
    expect(() => norm.run({ y: x })).toThrow(expect.objectContaining({ code: "N501" }));
  });

  test("states go on in memory", async () => {
    const graph = graphOf("BatchNorm", "train");
    const batch = normals(2, 5 * 3 * 4, 3);
    const first = oracle({ graph, dims: { x: [5, 3, 4] }, feeds: { x: batch } });
    const states = Object.fromEntries(
      ["running_mean", "running_var"].map((name) => [name, Float32Array.from(first.get(name)!)]),
    );
    const second = oracle({ graph, dims: { x: [5, 3, 4] }, feeds: { x: batch, ...states } });
    using norm = await createWasmNorm(await wasmProgramOf(graph), { dims: { x: [5, 3, 4] } });
    norm.run({ x: batch });
    expectClose(norm.run({ x: batch }).running_var!, second.get("running_var")!);
  });
});

describe("memory", () => {
  test("of ours grows for the next norm: views are taken anew", async () => {
    using small = await createWasmNorm(layerNorm, { dims: { x: [2, 8] } }, { threads: 1 });
    const x = normals(3, 16);
    const old = small.tensors.x!.view;
    old.set(x);
    using large = await createWasmNorm(layerNorm, { dims: { x: [500, 1000] } }, { threads: 1 });
    expect(large.memory).toBe(small.memory);
    expect(old.length).toBe(0);
    small.run();
    expectClose(small.tensors.y!.view, normalized(x, [2, 8]));
    const many = normals(4, 500_000);
    expectClose(large.run({ x: many }).y!.slice(0, 1000), normalized(many.slice(0, 1000), [1, 1000]));
  });

  test("is used again after destroy, which ends a norm", async () => {
    using other = await createWasmNorm(layerNorm, { dims: { x: [2, 8] } }, { threads: 1 });
    const first = await createWasmNorm(layerNorm, { dims: { x: [2, 64] } }, { threads: 1 });
    const { address } = first.tensors.x!;
    first.destroy();
    first.destroy();
    expect(() => first.run()).toThrow(expect.objectContaining({ code: "N534" }));
    expect(() => first.tensors.x!.view).toThrow(expect.objectContaining({ code: "N534" }));
    using second = await createWasmNorm(layerNorm, { dims: { x: [2, 64] } }, { threads: 1 });
    expect(second.tensors.x!.address).toBe(address);
    // No garbage of the first: gamma and beta are what they are.
    second.tensors.gamma!.view.fill(7);
    second.destroy();
    using third = await createWasmNorm(layerNorm, { dims: { x: [2, 64] } }, { threads: 1 });
    expect([...third.tensors.gamma!.view]).toEqual(Array(64).fill(1));
    expect(other.memory).toBe(third.memory);
  });

  test.each([
    { name: "of the user", make: { initial: 2 } },
    { name: "of the user that threads share", make: { initial: 2, maximum: 20, shared: true } },
  ])("$name: only new pages are taken", async ({ make }) => {
    const memory = new WebAssembly.Memory(make);
    new Uint8Array(memory.buffer).fill(0xa5);
    const x = normals(5, 30 * 50);
    using norm = await createWasmNorm(layerNorm, { dims: { x: [30, 50] } }, { memory, threads: 2 });
    expect(norm.threads).toBe("shared" in make ? 2 : 1);
    expectClose(norm.run({ x }).y!, normalized(x, [30, 50]));
    // Somebody else grows it too.
    const theirs = memory.grow(1) * pageBytes;
    new Uint8Array(memory.buffer, theirs, pageBytes).fill(0xa5);
    using next = await createWasmNorm(layerNorm, { dims: { x: [300, 50] } }, { memory });
    const more = normals(6, 300 * 50);
    expectClose(next.run({ x: more }).y!, normalized(more, [300, 50]));
    const bytes = new Uint8Array(memory.buffer);
    expect([...bytes.subarray(0, 2 * pageBytes)].every((one) => one === 0xa5)).toBe(true);
    expect([...bytes.subarray(theirs, theirs + pageBytes)].every((one) => one === 0xa5)).toBe(true);
  });

  test("tensors lie where they are: one norm reads what another wrote", async () => {
    const dims = { x: [4, 16] };
    const x = normals(7, 64, 1);
    using first = await createWasmNorm(layerNorm, { dims });
    const { memory } = first;
    const at = { x: first.tensors.y!.address };
    using second = await createWasmNorm(layerNorm, { dims }, { memory, at });
    const { y } = first.run({ x });
    second.run();
    expectClose(second.tensors.y!.view, normalized(Float32Array.from(y!), [4, 16]));
  });

  test("above 2 GiB has the same addresses as below", async () => {
    // Pages that nobody touches take no room.
    const memory = new WebAssembly.Memory({ initial: 40_000 });
    const x = normals(8, 5 * 33);
    using norm = await createWasmNorm(layerNorm, { dims: { x: [5, 33] } }, { memory });
    expect(norm.tensors.x!.address).toBeGreaterThan(2 ** 31);
    expectClose(norm.run({ x }).y!, normalized(x, [5, 33]));
  });

  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  test.each([
    ["N540", { x: [2 ** 15, 2 ** 15] }, {}, /^no memory holds LayerNorm, which needs 8590\d+ bytes$/],
    ["N540", { x: [200, 1000] }, { memory }, /needs 160\d+ bytes: yours has 65536 and cannot grow/],
    ["N542", { x: [2, 8] }, { at: { x: 0 } }, "give `memory` too"],
    ["N542", { x: [2, 8] }, { memory, at: { x: 2 } }, "expected an address from 0 to 65472, a multiple of 4"],
    ["N542", { x: [2, 8] }, { memory, at: { x: 65_500 } }, "for 64 bytes, given 65500"],
    ["N542", { x: [2, 8] }, { memory, at: { x: 0, y: 4 } }, "tensors x and y overlap, and y is written"],
    [
      "N522",
      { x: [1, 2] },
      { memory, at: { gamma: 0, y: 0 } },
      "y cannot be written over gamma: one is f32 [1, 2]",
    ],
    ["N501", { x: [2, 8] }, { memory, at: { z: 0 } }, '"z" is not a tensor'],
    ["N543", { x: [2, 8] }, { memory: {} }, "expected a WebAssembly.Memory"],
    ["N543", { x: [2, 8] }, { threads: 1.5 }, "threads: expected a whole number from 1, given 1.5"],
    ["N543", { x: [2, 8] }, { threads: 0 }, "given 0"],
    ["N503", { x: [2, { dynamic: 8 }] }, {}, "expected a whole number from 0"],
  ])("%s: %j", async (code, dims, settings, message) => {
    const made = createWasmNorm(layerNorm, { dims: dims as never }, settings as never);
    await expect(made).rejects.toMatchObject({
      code,
      message: message instanceof RegExp ? expect.stringMatching(message) : expect.stringContaining(message),
    });
  });

  test("an engine that does not compile the module", async () => {
    const broken: WasmProgram = { ...layerNorm, module: "0061736d0100000007" };
    const made = createWasmNorm(broken, { dims: { x: [2, 8] } }, { threads: 1 });
    await expect(made).rejects.toMatchObject({ code: "N541" });
  });
});

test("element types are converted where values come and go", async () => {
  using half = await createWasmNorm(layerNorm, { dims: { x: [1, 4] }, dtype: "f16" });
  expect([...half.run({ x: [1.00001, 2, 3, 4] }).y!]).toEqual([
    -1.341796875, -0.447265625, 0.447265625, 1.341796875,
  ]);
  expect(half.tensors.x!.view).toBeInstanceOf(Float32Array);
  const graph = graphOf("RMSNormQuant");
  const trial = randomTrial(graph, { N: [3], D: [17] }, {}, 9);
  using whole = await createWasmNorm(await wasmProgramOf(graph), { dims: trial.dims });
  const results = whole.run(trial.feeds);
  expect(worstOf(results, trial).error).toBeLessThanOrEqual(tolerance);
  const [integer] = graph.tensors.filter((one) => one.dtype === "i8");
  expect(results[integer!.name]).toBeInstanceOf(Int8Array);
  expect(whole.tensors[integer!.name]!.view).toBeInstanceOf(Int8Array);
});

/** A page without the checks must come to the same shapes, or leave them to the checks. */
describe("plain options", () => {
  const keys = { mode: "mode", dtype: "dtype" };
  const cases = libraryNorms().flatMap((norm) =>
    norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
  );

  it.each(cases)("$norm $mode", ({ graph, mode }) => {
    const program = programInterface(graph);
    let plain = 0;
    for (const { extents, params } of awkwardShapes) {
      const own = ownParams(graph, params);
      const { dims } = randomTrial(graph, extents, own, 1);
      const options = { ...dims, ...own, ...(mode === null ? {} : { mode }) };
      const found = plainOptions([program], options, keys);
      if (found === undefined) continue;
      plain++;
      expect(found.shapes).toEqual(resolveShapes(program, dims, own));
    }
    // Windows, states whose initial value is a formula, and axes as long as others are not plain.
    const isUsual =
      program.params.every(({ kind }) => kind === "number" || kind === "extent") &&
      program.tensors.every(({ initial = 0 }) => typeof initial === "number") &&
      program.axes.every(({ factors }) =>
        factors.every(({ extent }) => typeof extent !== "object" || extent === null || "param" in extent),
      );
    expect(plain).toBe(isUsual ? awkwardShapes.length : 0);
  });

  it.each([
    [{}],
    [{ x: [2] }],
    [{ x: [2, 6, 5], G: 4 }],
    [{ x: [2, 6, 5], G: 0 }],
    [{ x: [2, 6, 5], G: "2" }],
    [{ x: [2, 6.5, 5], G: 2 }],
    [{ x: [2, 6, -5], G: 2 }],
    [{ x: "no list", G: 2 }],
    [{ x: [2, 6, 5], G: 2, gamma: [5] }],
    [{ x: [2, 6, 5], G: 2, gama: [6] }],
    [{ x: [2, 6, 5], G: 2, eps: Number.NaN }],
    [{ x: [2, 6, 5], G: 2, dtype: "f16" }],
    [{ x: [2, 6, 5], G: 2, mode: "train" }],
    [{ x: [2, 0, 5], G: 2, gamma: [1] }],
  ])("%j is not plain", (options) => {
    expect(plainOptions([programInterface(graphOf("GroupNorm"))], options, keys)).toBe(undefined);
  });
});
