/** Norms whose outer axes are left open: one pipeline for each kernel, whatever extents the calls give. */
import { afterAll, describe, expect, test } from "vitest";
import type { Program } from "../../src/program/program.ts";
import { createNorm, dynamic, type OpenOptions } from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { oracle } from "../support/compare.ts";
import { backwardOf, backwardProgramsOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices, overridden, withLimits } from "../support/device.ts";
import { graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

function random(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 * seed) * 3 + 0.5);
}

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

interface Case {
  readonly name: string;
  readonly graph: ReturnType<typeof graphOf>;
  readonly program: Program;
  readonly open: OpenOptions["dims"];
  /** The dims for n, by input. */
  readonly at: (n: number) => Readonly<Record<string, readonly number[]>>;
  readonly ns: readonly number[];
  readonly axis?: string;
  readonly params?: Readonly<Record<string, number>>;
}

const backwardLayer = backwardProgramsOf(graphOf("LayerNorm")).at(-1)!;

const cases: readonly Case[] = [
  {
    name: "LayerNorm, the batch",
    graph: graphOf("LayerNorm"),
    program: programOf(graphOf("LayerNorm")),
    open: { x: [dynamic(300), 64] },
    at: (n) => ({ x: [n, 64] }),
    ns: [300, 1, 7, 64, 299],
  },
  {
    name: "LayerNorm, the features: element by element",
    graph: graphOf("LayerNorm"),
    program: programOf(graphOf("LayerNorm")),
    open: { x: [5, dynamic(300)] },
    at: (n) => ({ x: [5, n] }),
    ns: [300, 1, 7, 64],
    axis: "D",
  },
  {
    name: "GroupNorm, the batch, rows split",
    graph: graphOf("GroupNorm"),
    program: programOf(graphOf("GroupNorm")),
    open: { x: [dynamic(6), 8, 40, 40] },
    at: (n) => ({ x: [n, 8, 40, 40] }),
    ns: [6, 1, 2],
    params: { G: 2 },
  },
  {
    name: "GroupNorm, split rows of an open length",
    graph: graphOf("GroupNorm"),
    program: programOf(graphOf("GroupNorm")),
    open: { x: [1, 4, dynamic(9000)] },
    at: (n) => ({ x: [1, 4, n] }),
    ns: [9000, 1, 3, 4001],
    axis: "S",
    params: { G: 2 },
  },
  {
    name: "BatchNorm in training: the row itself is open",
    graph: graphOf("BatchNorm", "train"),
    program: programOf(graphOf("BatchNorm", "train")),
    open: { x: [dynamic(33), 4, 8, 8] },
    at: (n) => ({ x: [n, 4, 8, 8] }),
    ns: [33, 1, 12],
  },
  {
    name: "LayerNorm backward: sums over open rows",
    graph: backwardOf(graphOf("LayerNorm")),
    program: backwardLayer,
    open: { x: [dynamic(300), 64], d_y: [dynamic(300), 64] },
    at: (n) => ({ x: [n, 64], d_y: [n, 64] }),
    ns: [300, 1, 3, 7, 64, 299],
  },
];

describe.each(devices)("$name", ({ device }) => {
  test.each(cases)("$name", async ({ graph, program, open, at, ns, axis = "N", params = {} }) => {
    const norm = await createNorm(device, program, { dims: open, params });
    for (const n of ns) {
      const dims = at(n);
      const feeds = Object.fromEntries(
        Object.entries(dims).map(([name, sizes], i) => [name, random(product(sizes), i + 1)]),
      );
      const results = await norm.run(feeds, { [axis]: n });
      for (const [name, want] of oracle({ graph, dims, params, feeds })) {
        const got = results[name]!;
        expect(got.length, name).toBe(want.length);
        const scale = Math.max(1, ...want.map(Math.abs));
        const worst = Math.max(0, ...[...want].map((one, i) => Math.abs(got[i]! - one)));
        expect(worst / scale, `${name} at ${n}`).toBeLessThan(1e-5);
      }
    }
    norm.destroy();
  });

  test("200 batch sizes compile one pipeline for each kernel", async () => {
    let compiled = 0;
    const counting = overridden(device, {
      createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) => {
        compiled++;
        return device.createComputePipelineAsync(descriptor);
      },
    });
    const graph = graphOf("RMSNorm");
    // Without rows taken together, as on a GPU: 8 lanes exchange.
    const norm = await createNorm(counting, programOf(graph), { dims: { x: [dynamic(200), 20] } });
    const x = storedBuffer(device, random(4000), "f32");
    const y = storedBuffer(device, new Float32Array(4000), "f32");
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let n = 1; n <= 200; n++) norm.encode(pass, { x, y }, { T: n });
    pass.end();
    device.queue.submit([encoder.finish()]);
    expect(compiled).toBe(norm.dispatches.length);
    expect((await readBuffer(device, y, 4000, "f32")).every((one) => one !== 0)).toBe(true);
    norm.destroy();
  });

  test("calls of one submit keep their own extents, and need no larger buffers", async () => {
    const graph = graphOf("LayerNorm");
    const norm = await createNorm(device, programOf(graph), { dims: { x: [dynamic(300), 64] } });
    const sizes = [3, 1, 2];
    const buffers = sizes.map((n) => ({
      x: storedBuffer(device, random(n * 64), "f32"),
      y: storedBuffer(device, new Float32Array(n * 64), "f32"),
    }));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [i, n] of sizes.entries()) norm.encode(pass, buffers[i]!, { N: n });
    pass.end();
    device.queue.submit([encoder.finish()]);
    for (const [i, n] of sizes.entries()) {
      const want = oracle({ graph, dims: { x: [n, 64] }, feeds: { x: random(n * 64) } }).get("y")!;
      const got = await readBuffer(device, buffers[i]!.y, n * 64, "f32");
      expect(Math.max(...[...want].map((one, j) => Math.abs(got[j]! - one)))).toBeLessThan(1e-5);
    }
    expect(() => norm.encode(undefined as never, buffers[1]!, { N: 2 })).toThrow(
      /x: expected a buffer of 512 bytes/,
    );
    // N = 3 has been seen; a text is no number.
    expect(() => norm.encode(undefined as never, buffers[0]!, { N: "3" as never })).toThrow('given "3"');
    norm.destroy();
  });

  test("extents that are none are refused", async () => {
    const program = programOf(graphOf("LayerNorm"));
    const norm = await createNorm(device, program, { dims: { x: [4, dynamic(10), 64] } });
    const call =
      (extents?: object): (() => void) =>
      () =>
        norm.encode(undefined as never, {}, extents as never);
    expect(call()).toThrow("axis N is open: expected [4, 1 to 10], given nothing");
    expect(call({ N: 3 })).toThrow("axis N is open: expected [4, 1 to 10], given 3");
    expect(call({ N: [4, 11] })).toThrow("axis N is open: expected [4, 1 to 10], given [4, 11]");
    expect(call({ N: [4, 0] })).toThrow(/given \[4, 0\]/);
    expect(call({ N: [4, 2], D: 3 })).toThrow('"D" is not an open axis of this norm: it has N');
    expect(call({ N: [4, 2] })).toThrow("the buffer of input x is missing");
    norm.destroy();
    expect(call({ N: [4, 2] })).toThrow("this LayerNorm is destroyed");
    const create = (x: unknown, more = {}) =>
      createNorm(device, program, { dims: { x: x as number[] }, ...more });
    await expect(create([dynamic(0), 64])).rejects.toThrow(
      "axis N: expected dynamic(a whole number from 1), given 0",
    );
    await expect(create([dynamic(4), 64], { tune: "background" })).rejects.toMatchObject({ code: "N524" });
    await expect(create([dynamic(2 ** 33), 64])).rejects.toMatchObject({ code: "N508" });
    const fixed = await create([2, 64]);
    expect(() => fixed.encode(undefined as never, {}, { N: 2 })).toThrow(/"N" is not an open axis/);
    fixed.destroy();
  });

  test("a tensor in several bindings has a buffer for the largest extents", async () => {
    const small = withLimits(device, { maxStorageBufferBindingSize: 4096 });
    const norm = await createNorm(small, programOf(graphOf("LayerNorm")), { dims: { x: [dynamic(40), 64] } });
    const make = (n: number, values = random(n * 64)): GPUBuffer => storedBuffer(device, values, "f32");
    const y = make(40, new Float32Array(2560));
    expect(() => norm.encode(undefined as never, { x: make(5), y }, { N: 5 })).toThrow(
      /N506|expected a buffer of 10240/,
    );
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    norm.encode(pass, { x: make(40), y }, { N: 17 });
    pass.end();
    device.queue.submit([encoder.finish()]);
    const want = oracle({
      graph: graphOf("LayerNorm"),
      dims: { x: [17, 64] },
      feeds: { x: random(17 * 64) },
    }).get("y")!;
    const got = await readBuffer(device, y, 2560, "f32");
    expect(Math.max(...[...want].map((one, j) => Math.abs(got[j]! - one)))).toBeLessThan(1e-5);
    expect([...got.slice(17 * 64)].every((one) => one === 0)).toBe(true);
    norm.destroy();
  });
});
