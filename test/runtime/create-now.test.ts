/** Norms made without waiting. */
import { afterAll, describe, expect, test } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import {
  createBackwardFromOptions,
  createNorm,
  createNowFromOptions,
  dynamic,
  loadPrograms,
  type Norm,
  NormError,
  type Program,
  type Saving,
} from "../../src/runtime/webgpu/index.ts";
import { divideProgram } from "../../src/targets/wgsl/lazy-shaders.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle } from "../support/compare.ts";
import { backwardOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices, overridden } from "../support/device.ts";
import { graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const graph = graphOf("GroupNorm");

/** The program as a generated module has it: most shaders are loaded on demand. */
function dividedProgram(whole = programOf(graph)): Program {
  const { main, lazy } = divideProgram(whole);
  return { ...main, lazy: async () => ({ lazy }) };
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof NormError) return `${error.code} ${error.message}`;
    throw error;
  }
}

function worst(got: ArrayLike<number>, dims: readonly number[], x: Float32Array): number {
  const want = oracle({ graph, dims: { x: dims }, params: { G: 2 }, feeds: { x } }).get("y")!;
  return Math.max(...[...want].map((one, i) => Math.abs(got[i]! - one)));
}

const dims = [1, 4, 64, 64];
const x = Float32Array.from({ length: 4 * 64 * 64 }, (_, i) => Math.sin(i * 1.7) * 3 + 0.5);

test("without load: N525, whatever the shapes", async () => {
  const { device } = devices[0]!;
  const program = dividedProgram();
  const create = (options: object): Norm => createNowFromOptions(device, [program], "create", options);
  expect(codeOf(() => create({ x: dims, G: 2 }))).toMatch(
    /^N525 GroupNorm.createNow: first `await GroupNorm.load/,
  );
  await loadPrograms([dividedProgram()]);
  // The code is there now, but not the shaders of this module.
  expect(codeOf(() => create({ x: dims, G: 2 }))).toMatch(/^N525/);
});

describe.each(devices)("$name", ({ device }) => {
  test("gives the results of create, and compiles nothing twice", async () => {
    const program = dividedProgram();
    await loadPrograms([program]);
    let compiled = 0;
    const counting = overridden(device, {
      createComputePipeline: (descriptor: GPUComputePipelineDescriptor) => {
        compiled++;
        return device.createComputePipeline(descriptor);
      },
    });
    const create = (more: object = {}): Norm =>
      createNowFromOptions(counting, [program], "create", { x: dims, G: 2, ...more });
    const norm = create();
    // Few long rows: both stages of a split row come from the lazy shaders.
    expect(norm.dispatches).toHaveLength(2);
    expect(compiled).toBe(2);
    expect(worst((await norm.run({ x })).y!, dims, x)).toBeLessThan(1e-5);
    create().destroy();
    expect(compiled).toBe(2);
    const half = create({ dtype: "f16" });
    expect(worst((await half.run({ x })).y!, dims, x)).toBeLessThan(5e-3);
    norm.destroy();
    half.destroy();
  });

  test("takes open extents too", async () => {
    const program = dividedProgram();
    await loadPrograms([program]);
    const norm: Norm = createNowFromOptions(device, [program], "create", { x: [dynamic(3), 4, 8, 8], G: 2 });
    const some = x.slice(0, 2 * 256);
    expect(worst((await norm.run({ x: some }, { N: 2 })).y!, [2, 4, 8, 8], some)).toBeLessThan(1e-5);
    norm.destroy();
  });

  test("mistakes are those of create", async () => {
    const program = dividedProgram();
    await loadPrograms([program]);
    const create = (options: object): string =>
      codeOf(() => createNowFromOptions(device, [program], "create", options));
    expect(create({ x: [2, 3] })).toMatch(/^N504/);
    expect(create({})).toMatch(/^N502/);
    expect(create({ x: dims, tune: "background" })).toMatch(/^N525/);
    expect(codeOf(() => createNowFromOptions(undefined as never, [program], "create", { x: dims }))).toMatch(
      /^N530/,
    );
  });

  test("what the device refuses is thrown by encode", async () => {
    const program = dividedProgram();
    const broken = {
      ...program,
      kernels: program.kernels.map((one) => ({
        ...one,
        shaders: one.shaders.map((shader) => ({ ...shader, wgsl: "no shader" })),
      })),
    };
    await loadPrograms([broken]);
    const norm: Norm = createNowFromOptions(device, [broken], "create", { x: [64, 4, 2, 2], G: 2 });
    await device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(codeOf(() => norm.encode(undefined as never, {}))).toMatch(/^N513/);
    // It is not kept for the next norm with the same shaders.
    await expect(
      createNorm(device, broken, { dims: { x: [64, 4, 2, 2] }, params: { G: 2 } }),
    ).rejects.toMatchObject({ code: "N513" });
    norm.destroy();
  });
});

const layer = graphOf("LayerNorm");
const trainings = { none: compileTraining(layer, "none"), stats: compileTraining(layer, "stats") };

describe.each(devices)("gradients on $name", ({ device }) => {
  const backward = backwardOf(layer);

  /** As a generated module has them: the programs of the forward pass, and what loads the others. */
  function dividedModule(save: "none" | "stats") {
    const training = trainings[save];
    if ("reason" in training) throw new Error("not differentiable");
    const all = {
      backward: training.backward.map(({ program }) => dividedProgram(program)),
      saving: training.saving === null ? [] : [dividedProgram(training.saving)],
    };
    return { programs: [dividedProgram(programOf(layer))], further: async () => all };
  }

  const wave = (count: number, step: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * step) * 2 + 0.3);
  const feedsFor = (n: number) => ({
    x: wave(n * 64, 1.7),
    gamma: wave(64, 0.7),
    d_y: wave(n * 64, 2.3),
  });
  const wantedFor = (n: number): Map<string, Float64Array> =>
    oracle({ graph: backward, dims: { x: [n, 64], gamma: [64], d_y: [n, 64] }, feeds: feedsFor(n) });

  function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, what: string): void {
    expect(got.length, what).toBe(want.length);
    const errors = Array.from(want, (one, i) => Math.abs(got[i]! - one) / Math.max(1, Math.abs(one)));
    expect(Math.max(...errors), what).toBeLessThan(1e-5);
  }

  test("need a load of their own", async () => {
    const { programs, further } = dividedModule("none");
    const create = (): Norm => createNowFromOptions(device, programs, "createBackward", { x: [3, 64] });
    await loadPrograms(programs);
    expect(codeOf(create)).toBe(
      'N525 LayerNorm.createBackwardNow: first `await LayerNorm.load("createBackward")`',
    );
    await expect(loadPrograms(programs, "backward" as never, further)).rejects.toMatchObject({
      code: "N525",
      message: 'LayerNorm.load: expected create, createBackward, createSaving, given "backward"',
    });
    await loadPrograms(programs, "createBackward", further);
    create().destroy();
    const more = (options: object): string =>
      codeOf(() => createNowFromOptions(device, programs, "createBackward", { x: [3, 64], ...options }));
    expect(more({ of: ["y"] })).toMatch(/^N501/);
    expect(more({ of: [] })).toMatch(/^N514/);
    expect(more({ tune: "background" })).toMatch(/^N525 .*createBackwardNow/);
  });

  test("are those of the oracle with open extents, and compile only what createBackward has not", async () => {
    const { programs, further } = dividedModule("none");
    let compiled = 0;
    const counting = overridden(device, {
      createComputePipeline: (descriptor: GPUComputePipelineDescriptor) => {
        compiled++;
        return device.createComputePipeline(descriptor);
      },
    });
    await loadPrograms(programs, "createBackward", further);
    const options = { x: [dynamic(9), 64] };
    const norm: Norm = createNowFromOptions(counting, programs, "createBackward", options);
    expect(compiled).toBeGreaterThan(0);
    for (const n of [1, 9, 4]) {
      const got = await norm.run({ ...feedsFor(n), beta: wave(64, 1) }, { N: n });
      for (const [name, want] of wantedFor(n)) expectClose(got[name]!, want, `${name} at ${n}`);
    }
    norm.destroy();

    const fixed = { x: [5, 64], of: ["x"] };
    const prepared: Norm = await createBackwardFromOptions(counting, programs, further, fixed);
    compiled = 0;
    const made: Norm = createNowFromOptions(counting, programs, "createBackward", fixed);
    expect(compiled).toBe(0);
    expect(Object.keys(made.tensors)).toEqual(Object.keys(prepared.tensors));
    const { d_x } = await made.run(feedsFor(5));
    expectClose(d_x!, wantedFor(5).get("d_x")!, "d_x");
    prepared.destroy();
    made.destroy();
  });

  test("are added to a buffer, take the place of an input and lie beside others in one buffer", async () => {
    const { programs, further } = dividedModule("none");
    await loadPrograms(programs, "createBackward", further);
    const create = (more: object): Norm =>
      createNowFromOptions(device, programs, "createBackward", { x: [4, 64], ...more });
    const { x, gamma, d_y } = feedsFor(4);
    const want = wantedFor(4);
    const encoded = (norm: Norm, buffers: object): void => {
      const encoder = device.createCommandEncoder();
      norm.encode(encoder, buffers as never);
      device.queue.submit([encoder.finish()]);
    };
    const stored = (data: Float32Array): GPUBuffer => storedBuffer(device, data, "f32");

    const adding = create({ of: ["gamma"], accumulate: ["gamma"] });
    const d_gamma = stored(wave(64, 3));
    encoded(adding, { x: stored(x), gamma: stored(gamma), d_y: stored(d_y), d_gamma });
    const sum = want.get("d_gamma")!.map((one, i) => one + wave(64, 3)[i]!);
    expectClose(await readBuffer(device, d_gamma, 64, "f32"), sum, "d_gamma");

    const over = create({ of: ["x"], inPlace: { d_x: "d_y" } });
    const both = stored(d_y);
    encoded(over, { x: stored(x), gamma: stored(gamma), d_y: both, d_x: both });
    expectClose(await readBuffer(device, both, 256, "f32"), want.get("d_x")!, "d_x in place");

    const beside = create({ of: ["x"], sharedBuffers: true });
    const one = new Float32Array(768);
    one.set(x);
    one.set(d_y, 256);
    const buffer = stored(one);
    const at = (offset: number): GPUBufferBinding => ({ buffer, offset: 4 * offset, size: 1024 });
    encoded(beside, { x: at(0), gamma: stored(gamma), d_y: at(256), d_x: at(512) });
    const shared = (await readBuffer(device, buffer, 768, "f32")).slice(512);
    expectClose(shared, want.get("d_x")!, "d_x beside");
    for (const norm of [adding, over, beside]) norm.destroy();
  });

  test("read what the forward pass has saved", async () => {
    const { programs, further } = dividedModule("stats");
    await Promise.all([
      loadPrograms(programs, "createSaving", further),
      loadPrograms(programs, "createBackward", further),
    ]);
    const options = { x: [dynamic(6), 64] };
    const forward: Saving<object, object, Record<string, Float32Array>> = createNowFromOptions(
      device,
      programs,
      "createSaving",
      options,
    );
    const back: Norm = createNowFromOptions(device, programs, "createBackward", options);
    expect(forward.savedBytes).toBeGreaterThanOrEqual(2 * 6 * 4);
    const { x, gamma, d_y } = feedsFor(5);
    const { saved } = await forward.run({ x, gamma }, { N: 5 });
    const got = await back.run({ x, gamma, d_y, saved }, { N: 5 });
    for (const [name, want] of wantedFor(5)) expectClose(got[name]!, want, name);
    forward.destroy();
    back.destroy();
  });
});
