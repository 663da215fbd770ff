/** Layouts that no adapter here has the memory for: as data, and as code that compiles. */
import { afterAll, describe, expect, it } from "vitest";
import type { Shader } from "../../src/program/program.ts";
import { type BindingLimits, layOut } from "../../src/runtime/shader/layout.ts";
import { moduleCode } from "../../src/runtime/shader/module.ts";
import { wordArray } from "../../src/runtime/shader/word-arrays.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const plain = { subgroups: false, residency: "reload", held: 0, wordArray } as const;

const shader: Shader = {
  vector: null,
  together: 1,
  held: 0,
  exchanges: false,
  wgsl: `@compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
  y_put_four(id.x, x_four(id.x) + vec4f(x_at(id.x)) + g_four(id.x));
}
`,
  bindings: [
    { tensor: "x", access: "read", name: "x", accessors: { at: "x_at", four: "x_four" } },
    { tensor: "g", access: "read", name: "g", accessors: { four: "g_four" } },
    { tensor: "y", access: "read_write", name: "y", accessors: { putFour: "y_put_four" } },
  ],
  constants: [],
};

const device = (most: number, bindings: number, features: readonly string[] = []): BindingLimits => ({
  features: new Set(features),
  limits: {
    maxBufferSize: 2 ** 40,
    maxStorageBufferBindingSize: most,
    maxStorageBuffersPerShaderStage: bindings,
    minStorageBufferOffsetAlignment: 256,
  },
});

/** The most elements that are a multiple of four and that u32 counts. */
const most = 2 ** 32 - 4;

const memory = {
  elements: new Map([
    ["x", most],
    ["g", 8],
    ["y", most],
  ]),
  dtypes: new Map([
    ["x", "f32" as const],
    ["g", "f32" as const],
    ["y", "f16" as const],
  ]),
};

describe("four billion elements", () => {
  // What a binding can be at most is no multiple of 256 here, as on devices that say 4 GiB - 1.
  const layout = layOut("y", shader, memory, device(2 ** 32 - 1, 16));

  it("lie in pieces that follow each other and cover the tensor", () => {
    for (const [tensor, bytes, pieces] of [
      ["x", most * 4, 5],
      ["y", most * 2, 3],
    ] as const) {
      const slots = layout.slots.filter((one) => one.tensor === tensor);
      expect(slots).toHaveLength(pieces);
      let end = 0;
      for (const { offset, size } of slots) {
        expect(offset).toBe(end);
        expect(offset % 256).toBe(0);
        expect(size).toBeLessThanOrEqual(2 ** 32 - 1);
        end = offset + size;
      }
      expect(end).toBe(bytes);
    }
  });

  it("are indexed by numbers that a u32 holds", () => {
    const numbers = moduleCode(shader, layout, plain)
      .match(/\d+(?=u\b)/g)!
      .map(Number);
    expect(Math.max(...numbers)).toBeGreaterThan(2 ** 31);
    expect(Math.max(...numbers)).toBeLessThan(2 ** 32);
  });

  it("are refused where the bindings are too few", () => {
    expect(() => layOut("y", shader, memory, device(2 ** 32 - 1, 8))).toThrow(
      /^kernel y needs 9 storage buffers, allowed are 8 .*: x in 5, y in 3$/,
    );
  });
});

describe.each(devices)("compiled on $name", ({ device: real }) => {
  it.each([
    ["halves", device(2 ** 32 - 1, 16)],
    ["f16", device(2 ** 32 - 1, 16, real.features.has("shader-f16") ? ["shader-f16"] : [])],
  ])("pieces with %s", async (_, limits) => {
    const code = moduleCode(shader, layOut("y", shader, memory, limits), plain);
    const { messages } = await real.createShaderModule({ code }).getCompilationInfo();
    expect(messages.map(({ message }) => message)).toEqual([]);
  });
});

it("the smallest operands are packed, no more than must be, and each begins at a multiple of four", () => {
  const wide: Shader = {
    ...shader,
    bindings: [7, 5, 3, 6].map((length) => ({
      tensor: `t${length}`,
      access: "read",
      name: `t${length}`,
      accessors: { at: `t${length}_at` },
    })),
  };
  const sizes = [7, 5, 3, 6].map((length) => [`t${length}`, length] as const);
  const small = {
    elements: new Map(sizes),
    dtypes: new Map(sizes.map(([name]) => [name, "f16" as const])),
  };
  const { slots, pack } = layOut("k", wide, small, device(2 ** 27, 3));
  expect(pack).toEqual({
    tensor: "(pack of k)",
    length: 12,
    operands: [
      { tensor: "t3", at: 0, length: 3 },
      { tensor: "t5", at: 4, length: 5 },
    ],
  });
  expect(slots.map(({ tensor }) => tensor)).toEqual(["(pack of k)", "t7", "t6"]);
});
