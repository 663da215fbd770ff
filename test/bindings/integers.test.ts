/** Generated modules with inputs and outputs of integers. */
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

const spec = join(root, "test/bindings/integers.norm");

beforeAll(async () => {
  const runtime = join(root, "src/runtime/webgpu/index.ts");
  const { code, err } = await normc([
    "build",
    spec,
    "--out",
    folder.path,
    "--runtime",
    runtime,
    "--save",
    "stats",
  ]);
  expect(code, err).toBe(0);
});

test("their use type-checks under strict, and wrong uses do not", async () => {
  expect(await typeErrors(folder.path, "integers-usage.txt")).toBe("");
});

interface Made {
  create(device: GPUDevice, options: object): Promise<Norm>;
  createBackward(device: GPUDevice, options: object): Promise<Norm>;
}

describe.each(devices)("$name", ({ device }) => {
  const dims = { x: [2, 4], label: [2], mask: [4] };
  const feeds = { label: [3, -1], mask: [1, 0, 1, 1] };

  test("forward", async () => {
    const { Labelled } = (await import(pathToFileURL(join(folder.path, "integers.ts")).href)) as {
      Labelled: Made;
    };
    const norm = await Labelled.create(device, dims);
    const got = await norm.run({ ...feeds, x: [1, 2, 3, 9.96, -1, -2, -30, 0.05] });
    norm.destroy();
    expect(got.q).toEqual(Int8Array.of(40, 30, 60, 127, -20, -10, -128, -10));
    expect(got.n).toEqual(Uint32Array.of(3, 3));
    await expect(Labelled.create(device, { ...dims, dtype: { label: "f32" } })).rejects.toMatchObject({
      code: "N514",
    });
  });

  test.each([undefined, "f16", { x: "f16" }])(
    "backward, the element types of the others being %j",
    async (dtype) => {
      const { Labelled } = (await import(pathToFileURL(join(folder.path, "integers.ts")).href)) as {
        Labelled: Made;
      };
      const back = await Labelled.createBackward(device, { ...dims, dtype });
      const got = await back.run({ ...feeds, d_y: [1, 2, 3, 4, 5, 6, 7, 8] });
      back.destroy();
      expect({ d_x: [...got.d_x!] }).toEqual({ d_x: [1, 0, 3, 4, 5, 0, 7, 8] });
    },
  );
});

test("gradients of a norm that has none are refused", async () => {
  const { code, err } = await normc(["explain", `${spec}#Halved`, "--grad"]);
  expect(err).toContain("error[N519]: Halved has no gradients");
  expect(code).toBe(1);
});
