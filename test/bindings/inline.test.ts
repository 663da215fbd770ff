/** Generated modules whose norms can also stand in other kernels. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Inline } from "../../src/runtime/webgpu/index.ts";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { typeErrors } from "./type-errors.ts";

const folder = temporaryFolder();
const devices = await openTestDevices();
afterAll(async () => {
  folder[Symbol.dispose]();
  await closeTestDevices(devices);
});

const build = (out: string, ...words: string[]) =>
  normc([
    "build",
    join(root, "test/bindings/inline.norm"),
    "--out",
    join(folder.path, out),
    "--runtime",
    join(root, "src/runtime/webgpu/index.ts"),
    ...words,
  ]);
let said: string;

beforeAll(async () => {
  const { code, err } = await build("with", "--inline");
  expect(code, err).toBe(0);
  said = err;
});

test("the use type-checks under strict, and wrong uses do not", async () => {
  expect(await typeErrors(join(folder.path, "with"), "inline-usage.txt")).toBe("");
});

test("a norm that cannot is built without, and the build says why", () => {
  expect(said).toContain(
    "warning[N533]: Windowed cannot stand in another kernel: y needs a sum over a window of D",
  );
});

test("without --inline, modules are as they were", async () => {
  const { code, err } = await build("without");
  expect(code, err).toBe(0);
  expect(err).not.toContain("N533");
  expect(existsSync(join(folder.path, "without/inline.inline.ts"))).toBe(false);
  expect(readFileSync(join(folder.path, "without/inline.ts"), "utf8")).not.toMatch(/\bInline/);
});

test("the module loads its functions when they are asked for", async () => {
  const url = pathToFileURL(join(folder.path, "with/inline.ts")).href;
  const { Plain } = (await import(/* @vite-ignore */ url)) as {
    Plain: { createInline(device: GPUDevice, options: object, place: object): Promise<Inline> };
  };
  const inline = await Plain.createInline(devices[0]!.device, { x: [2, 4] }, { binding: 3 });
  expect(inline.wgsl).toMatch(/@group\(0\) @binding\(3\) var<storage, read> plain_x: array<f32>;/);
  expect(inline.wgsl).not.toContain("$");
  expect(inline.functions).toMatchObject({ y: { at: "plain_y", rows: 2, rowLength: 4 } });
  expect(Object.keys(inline.tensors).sort()).toEqual(["gamma", "statistics", "x"]);
  inline.statistics.destroy();
});
