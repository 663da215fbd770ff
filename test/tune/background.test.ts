/** Tuning in the background on devices, with made-up times: right before and after, filed, and given up quietly. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { BatchNorm } from "../../generated/batch_norm.ts";
import { LayerNorm } from "../../generated/layer_norm.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import type { TuningStorage } from "../../src/runtime/webgpu/index.ts";
import { memoryStorage, readStorage } from "../../src/tuning/file/browser-storage.ts";
import { fileStorage } from "../../src/tuning/file/file-storage.ts";
import { emptyTuning, parseTuning } from "../../src/tuning/file/tuning-file.ts";
import { programHash } from "../../src/tuning/file/tuning-key.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

// A generated module loads the tuner itself: no argument leads there.
vi.mock("../../src/tuning/trial/time-source.ts", async () => {
  const { madeUpTimeSource } = await import("../support/time-source.ts");
  return { realTimeSource: madeUpTimeSource() };
});

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(devices)("in the background on $name", ({ device }) => {
  const dims = [64, 256] as const;
  const x = normals(3, 64 * 256);

  it("runs at once, and is right before and after", async () => {
    const plain = await LayerNorm.create(device, { x: dims });
    const { y: want } = await plain.run({ x });
    const storage = memoryStorage();
    const norm = await LayerNorm.create(device, { x: dims, tune: storage });
    expect(norm.dispatches[0]!.variant).toEqual(plain.dispatches[0]!.variant);
    expect((await norm.run({ x })).y).toEqual(want);
    const outcome = await norm.tuning!;
    expect(outcome.kind).toBe("tuned");
    expect(outcome.kind === "tuned" && outcome.factor).toBeGreaterThan(1.03);
    expect(norm.dispatches[0]!.variant.reason).toBe("tuned");
    const { y } = await norm.run({ x });
    // Two variants may each be off by the contract's 1e-5.
    expect(Math.max(...y.map((value, i) => Math.abs(value - want[i]!)))).toBeLessThan(2e-5);
    // What was found is known from now on, and nothing is measured again.
    const again = await LayerNorm.create(device, { x: dims, tune: storage });
    expect(await again.tuning!).toEqual({ kind: "known" });
    expect(again.dispatches[0]!.variant).toEqual(norm.dispatches[0]!.variant);
    for (const one of [plain, norm, again]) one.destroy();
  });

  it("tells what runs now, for a backward pass as well", async () => {
    // Its beta may be given and is not read, so `encode` is wrapped; what describes the norm must not be a copy.
    const norm = await LayerNorm.createBackward(device, { x: [8, 64], tune: memoryStorage() });
    expect(Object.getOwnPropertyDescriptor(norm, "dispatches")).toHaveProperty("get");
    norm.destroy();
  });

  it("files results of a generated module under the hash of the program as compiled", async () => {
    const folder = mkdtempSync(join(tmpdir(), "normc-tune-"));
    try {
      const path = join(folder, "tuning.json");
      const options = { x: [4, 6, 8], mode: "infer", tune: fileStorage(path) } as const;
      const pair = await Promise.all([BatchNorm.create(device, options), BatchNorm.create(device, options)]);
      // Layers of the same kind wait for one search.
      for (const norm of pair) expect((await norm.tuning!).kind).toBe("tuned");
      for (const norm of pair) norm.destroy();
      const [adapter] = parseTuning(readFileSync(path, "utf8")).adapters.values();
      const filed = adapter!.programs.get("BatchNorm.infer")!;
      expect(filed.hash).toBe(await programHash(compileGraph(graphOf("BatchNorm", "infer")).program));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives up quietly where the norm is destroyed or the storage fails", async () => {
    const broken: TuningStorage = {
      read: () => Promise.reject(new Error("no room")),
      write: () => Promise.reject(new Error("no room")),
    };
    const norm = await LayerNorm.create(device, { x: [8, 64], tune: broken });
    expect(norm.tuning).toBeDefined();
    norm.destroy();
    expect(await norm.tuning!).toMatchObject({ kind: "given up" });
    const rubbish: TuningStorage = { read: async () => '{"version": 7}', write: async () => undefined };
    expect(await readStorage(rubbish)).toEqual(emptyTuning);
  });
});
