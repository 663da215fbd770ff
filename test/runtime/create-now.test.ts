/** Norms made without waiting. */
import { afterAll, describe, expect, test } from "vitest";
import {
  createNorm,
  createNowFromOptions,
  dynamic,
  loadPrograms,
  type Norm,
  NormError,
  type Program,
} from "../../src/runtime/webgpu/index.ts";
import { divideProgram } from "../../src/targets/wgsl/lazy-shaders.ts";
import { oracle } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices, overridden } from "../support/device.ts";
import { graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const graph = graphOf("GroupNorm");

/** The program as a generated module has it: most shaders are loaded on demand. */
function dividedProgram(): Program {
  const { main, lazy } = divideProgram(programOf(graph));
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
  const create = (options: object): Norm => createNowFromOptions(device, [program], options);
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
      createNowFromOptions(counting, [program], { x: dims, G: 2, ...more });
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
    const norm: Norm = createNowFromOptions(device, [program], { x: [dynamic(3), 4, 8, 8], G: 2 });
    const some = x.slice(0, 2 * 256);
    expect(worst((await norm.run({ x: some }, { N: 2 })).y!, [2, 4, 8, 8], some)).toBeLessThan(1e-5);
    norm.destroy();
  });

  test("mistakes are those of create", async () => {
    const program = dividedProgram();
    await loadPrograms([program]);
    const create = (options: object): string =>
      codeOf(() => createNowFromOptions(device, [program], options));
    expect(create({ x: [2, 3] })).toMatch(/^N504/);
    expect(create({})).toMatch(/^N502/);
    expect(create({ x: dims, tune: "background" })).toMatch(/^N525/);
    expect(codeOf(() => createNowFromOptions(undefined as never, [program], { x: dims }))).toMatch(/^N530/);
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
    const norm: Norm = createNowFromOptions(device, [broken], { x: [64, 4, 2, 2], G: 2 });
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
