/** Programs of another normc are refused before anything of them is read, by each way to a norm. */
import { describe, expect, test } from "vitest";
import { programFormat } from "../../src/program/format.ts";
import {
  createGatherBackwardFromOptions,
  createGatherFromOptions,
  createGatherNorm,
} from "../../src/runtime/gpujs/index.ts";
import {
  createBackwardFromOptions,
  createFromOptions,
  createNorm,
  createNowFromOptions,
  createSavingFromOptions,
  loadPrograms,
  type Program,
} from "../../src/runtime/webgpu/index.ts";
import { centered } from "./programs.ts";

/** None of these is looked at. */
const device = {} as GPUDevice;
const gpu = { GPU: class {} };
const options = { x: [2, 4, 3] };

/** A program as a module without the field has it: nothing else of it can be relied on. */
const { format: _, kernels: __, tensors: ___, ...unmarked } = centered;
const old = unmarked as unknown as Program & { readonly draws: [] };
const newer = { ...old, format: programFormat + 1 };

const ways: Readonly<Record<string, (program: typeof old) => Promise<unknown>>> = {
  createNorm: (program) => createNorm(device, program, { dims: options }),
  create: (program) => createFromOptions(device, [program], options),
  createSaving: (program) =>
    createSavingFromOptions(device, [program], async () => ({ saving: [] }), options),
  "createSaving, of what saves": (program) =>
    createSavingFromOptions(device, [centered], async () => ({ saving: [program] }), options),
  createBackward: (program) =>
    createBackwardFromOptions(device, [program], async () => ({ backward: [] }), options),
  "createBackward, of its backward programs": (program) =>
    createBackwardFromOptions(device, [centered], async () => ({ backward: [program] }), options),
  "createBackwardNow, of its backward programs": async (program) => {
    await loadPrograms([centered], "createBackward", async () => ({ backward: [program] }));
    createNowFromOptions({ queue: {} } as GPUDevice, [centered], "createBackward", options);
  },
  "gpu.js, createGatherNorm": (program) => createGatherNorm(gpu, program, { dims: options }),
  "gpu.js, create": (program) => createGatherFromOptions(gpu, [program], options),
  "gpu.js, createBackward": (program) =>
    createGatherBackwardFromOptions(gpu, [program], async () => ({ backward: [] }), options),
};

describe.each(Object.entries(ways))("%s", (_, create) => {
  test("refuses a program without a format: it is older", async () => {
    await expect(create(old)).rejects.toMatchObject({
      code: "N518",
      message: `Centered was built by a normc older than this runtime (program format undefined, expected ${programFormat}): build it again with this version of normc`,
    });
  });

  test("refuses a program of a newer format", async () => {
    await expect(create(newer)).rejects.toMatchObject({
      code: "N518",
      message: `Centered was built by a normc newer than this runtime (program format ${programFormat + 1}, expected ${programFormat}): build it again with this version of normc`,
    });
  });
});
