/** The backward pass in generated modules: its types, which program serves, what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Norm } from "../../src/runtime/webgpu/index.ts";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { typeErrors } from "./type-errors.ts";

const folder = temporaryFolder();
const devices = await openTestDevices();
afterAll(async () => {
  folder[Symbol.dispose]();
  await closeTestDevices(devices);
});

beforeAll(async () => {
  const spec = join(root, "test/bindings/backward.norm");
  const runtime = join(root, "src/runtime/webgpu/index.ts");
  const { code, err } = await normc(["build", spec, "--out", folder.path, "--runtime", runtime]);
  expect(code, err).toBe(0);
});

const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

test("the use of backward passes type-checks under strict, and wrong uses do not", async () => {
  expect(await typeErrors(folder.path, "backward-usage.txt")).toBe("");
});

test("a norm that has the name of a gradient says why it has no backward pass", () => {
  expect(read("backward.ts")).toContain(
    "It has no backward pass: the gradient of `x` would also be named `d_x` (N515).",
  );
  expect(read("backward.backward.ts")).not.toContain("Clashing");
});

interface Made {
  createBackward(device: GPUDevice, options: object): Promise<Norm>;
}

describe.each(devices)("$name", ({ device }) => {
  const load = async (name: string): Promise<Made> => {
    const url = pathToFileURL(join(folder.path, "backward.ts")).href;
    const module = (await import(/* @vite-ignore */ url)) as Record<string, Made>;
    return module[name]!;
  };
  const x = [1, 2, 3, 6, -1, 4, 0, 2];
  const d_y = [1, 0, 2, -1, 0.5, 3, 1, 1];

  test("the smallest program that covers what is asked for gives the same gradients", async () => {
    const norm = await load("Scaled");
    const all = await norm.createBackward(device, { x: [2, 4] });
    const wanted = await all.run({ x, d_y, gamma: [1, 2, 3, 4] });
    // All; inputs; affines. What is not asked for is none of the results.
    for (const of of [["x"], ["gamma"], ["beta"], ["gamma", "beta"], ["x", "beta"]]) {
      const some = await norm.createBackward(device, { x: [2, 4], of });
      const got = await some.run({ x, d_y, gamma: [1, 2, 3, 4] });
      expect(Object.keys(got).sort()).toEqual(of.map((one) => `d_${one}`).sort());
      for (const name of Object.keys(got)) {
        for (const [i, value] of got[name]!.entries()) expect(value).toBeCloseTo(wanted[name]![i]!, 5);
      }
      expect(some.dispatches.length).toBeLessThanOrEqual(all.dispatches.length);
      some.destroy();
    }
    // d_beta is the sum over the rows.
    expect([...wanted.d_beta!]).toEqual([1.5, 3, 3, 0]);
    all.destroy();
  });

  test("a gradient has the element type of its tensor, or its own", async () => {
    const options = { x: [2, 4], dtype: { x: "f16", gamma: "f16", d_gamma: "f32" } };
    const { dtypes } = await (await load("Scaled")).createBackward(device, options);
    expect(Object.fromEntries(dtypes)).toMatchObject({
      d_x: "f16",
      d_gamma: "f32",
      d_beta: "f32",
      d_y: "f32",
    });
  });

  test("names that are also those of options", async () => {
    const options = { of: [2], accumulate: [2], of_: ["of", "accumulate"] };
    const back = await (await load("Named")).createBackward(device, options);
    const results = await back.run({ of: [1, 2], accumulate: [3, 4], d_y: [1, 1] });
    expect(results).toEqual({ d_of: new Float32Array([3, 4]), d_accumulate: new Float32Array([1, 2]) });
  });

  test("what only some gradients depend on may be given for all of them", async () => {
    const back = await (await load("Moded")).createBackward(device, {
      x: [2, 1],
      mode: "infer",
      of: ["x"],
      eps: 0,
      accumulate: ["x"],
    });
    const one = (values: readonly number[]): GPUBuffer => storedBuffer(device, values, "f32");
    const d_x = one([10, 20]);
    const buffers = { x: one([1, 2]), running_mean: one([5]), gamma: one([3]), d_y: one([1, 2]), d_x };
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    back.encode(pass, buffers);
    back.encode(pass, buffers);
    pass.end();
    device.queue.submit([encoder.finish()]);
    expect([...(await readBuffer(device, d_x, 2, "f32"))]).toEqual([16, 32]);
    expect(() => back.encode({} as GPUComputePassEncoder, { ...buffers, gama: d_x })).toThrow(/gama/);
    expect(await back.run({ x: [1, 2], gamma: [3], d_y: [1, 2] })).toEqual({ d_x: new Float32Array([3, 6]) });
  });

  test.each([
    [{ of: ["gama"] }, "N501", '"gama" is not a tensor with a gradient of this norm: it has x, gamma, beta'],
    [{ of: ["y"] }, "N501", '"y" is not a tensor with a gradient of this norm'],
    [{ of: [] }, "N514", "of: expected some of x, gamma, beta, given none"],
    [{ of: "x" }, "N514", 'of: expected a list of names, given "x"'],
    [{ of: ["x"], accumulate: ["gamma"] }, "N501", '"gamma" is not a requested gradient of this norm'],
    [{ dtype: { d_z: "f16" } }, "N501", '"d_z" is not a tensor of this norm'],
    [{ off: ["x"] }, "N501", '"off" is not a tensor, param or option of this norm'],
    [{ mode: "train" }, "N511", "expected no mode"],
    [{ gamma: [3] }, "N503", "gamma"],
  ])("%j is refused", async (options, code, message) => {
    const made = (await load("Scaled")).createBackward(device, { x: [2, 4], ...options });
    await expect(made).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
