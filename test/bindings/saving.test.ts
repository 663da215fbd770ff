/** Generated modules whose forward pass keeps what the backward pass reads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Norm } from "../../src/runtime/webgpu/index.ts";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { typeErrors } from "./type-errors.ts";

const folder = temporaryFolder();
const devices = await openTestDevices();
afterAll(async () => {
  folder[Symbol.dispose]();
  await closeTestDevices(devices);
});

const spec = join(root, "test/bindings/backward.norm");
const build = (...words: string[]) =>
  normc([
    "build",
    spec,
    "--out",
    folder.path,
    "--runtime",
    join(root, "src/runtime/webgpu/index.ts"),
    ...words,
  ]);

beforeAll(async () => {
  const { code, err } = await build("--save", "stats");
  expect(code, err).toBe(0);
});

test("the use of what is kept type-checks under strict, and wrong uses do not", async () => {
  expect(await typeErrors(folder.path, "saving-usage.txt")).toBe("");
});

test("what is kept for no gradient makes no backward pass", () => {
  const text = readFileSync(join(folder.path, "backward.backward.ts"), "utf8");
  expect(text).toContain("export const Scaled: ");
  expect(text).not.toContain("ClashingOutput");
});

test("what cannot be kept is refused with its reason, for each norm", async () => {
  const { code, err } = await build("--save", "output");
  expect(code).toBe(1);
  expect(err).toContain("error[N516]: Scaled cannot save its output for the backward pass");
  expect(err).toContain("`y` is a product with `gamma`, which can be zero: `x` cannot be computed from it");
  expect(err).toContain("nothing was written");
});

interface Made {
  createSaving(device: GPUDevice, options: object): Promise<Norm & { readonly savedBytes: number }>;
  createBackward(device: GPUDevice, options: object): Promise<Norm>;
  load(pass?: string): Promise<void>;
  createSavingNow(device: GPUDevice, options: object): Norm & { readonly savedBytes: number };
  createBackwardNow(device: GPUDevice, options: object): Norm;
}

describe.each(devices)("$name", ({ device }) => {
  test("one hands to the other what it kept, also where only some gradients are asked for", async () => {
    const url = pathToFileURL(join(folder.path, "backward.ts")).href;
    const { Scaled } = (await import(/* @vite-ignore */ url)) as Record<string, Made>;
    const x = [1, 2, 3, 6, -1, 4, 0, 2];
    const forward = await Scaled!.createSaving(device, { x: [2, 4], eps: 0 });
    // Shift, rest and rstd of two rows, each beginning at a multiple of four.
    expect(forward.savedBytes).toBe(3 * 4 * 4);
    const { saved } = await forward.run({ x });
    for (const [row, mean] of [3, 1.25].entries())
      expect(saved![row]! + saved![4 + row]!).toBeCloseTo(mean, 6);
    expect(saved![8]).toBeCloseTo(1 / Math.sqrt(3.5), 6);

    const back = await Scaled!.createBackward(device, { x: [2, 4], eps: 0, of: ["gamma"] });
    const { d_gamma } = await back.run({ x, saved, d_y: [1, 1, 1, 1, 0, 0, 0, 0] });
    for (const [i, value] of d_gamma!.entries()) expect(value).toBeCloseTo((x[i]! - 3) / Math.sqrt(3.5), 5);
    await expect(back.run({ x, d_y: x })).rejects.toMatchObject({ code: "N502" });
    await expect(back.run({ x, d_y: x, saved: [1] })).rejects.toMatchObject({
      code: "N506",
      message: "tensor saved: expected 12 elements, given 1",
    });

    await Promise.all([Scaled!.load("createSaving"), Scaled!.load("createBackward")]);
    const forwardNow = Scaled!.createSavingNow(device, { x: [2, 4], eps: 0 });
    const backNow = Scaled!.createBackwardNow(device, { x: [2, 4], eps: 0, of: ["gamma"] });
    expect(forwardNow.savedBytes).toBe(forward.savedBytes);
    const again = await backNow.run({
      x,
      saved: (await forwardNow.run({ x })).saved,
      d_y: [1, 1, 1, 1, 0, 0, 0, 0],
    });
    expect(again.d_gamma).toEqual(d_gamma);
    for (const norm of [forward, back, forwardNow, backNow]) norm.destroy();
  });
});
