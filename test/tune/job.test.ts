/** Tuning on devices, with small shapes: what is found is right, a lost device costs a candidate, a page goes on. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BatchNorm } from "../../generated/batch_norm.ts";
import { LayerNorm } from "../../generated/layer_norm.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { TuningStorage } from "../../src/runtime/webgpu/index.ts";
import { openDevice } from "../../src/tools/device/index.ts";
import { memoryStorage, readStorage } from "../../src/tuning/file/browser-storage.ts";
import { fileStorage } from "../../src/tuning/file/file-storage.ts";
import { emptyTuning, parseTuning } from "../../src/tuning/file/tuning-file.ts";
import { programHash } from "../../src/tuning/file/tuning-key.ts";
import { runJob } from "../../src/tuning/workbench/tune-kernel.ts";
import { openWorkplace } from "../../src/tuning/workbench/workbench.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const place = async () =>
  openWorkplace(async () => {
    const opened = await openDevice({ adapter: devices[0]!.name });
    if (opened === undefined) throw new Error("the device that was there is gone");
    return opened;
  });

function subjectOf(
  graph: Graph,
  dims: Readonly<Record<string, readonly number[]>>,
  dtype: "f32" | "f16" = "f32",
) {
  return { program: compileGraph(graph).program, options: { dims, params: {}, dtype } };
}

describe.skipIf(devices.length === 0)("a job", () => {
  it("holds every candidate against the oracle and finds none wrong", async () => {
    const own = await place();
    try {
      const graph = graphOf("LayerNorm");
      for (const dtype of ["f32", "f16"] as const) {
        const found = await runJob(own, graph, subjectOf(graph, { x: [64, 256] }, dtype), {
          budgetMs: 1500,
        });
        expect(found.against).toBe("oracle");
        const [{ result, space }] = found.kernels as [(typeof found.kernels)[0]];
        expect(result.tried.flatMap((one) => ("refused" in one ? [one] : []))).toEqual([]);
        expect(result.tried.length).toBeGreaterThan(1);
        expect(result.tried.length).toBeLessThanOrEqual(space.variants.length / 5);
        expect(found.ms).toBeLessThanOrEqual(found.defaultMs);
      }
    } finally {
      await own.close();
    }
  });

  it("tunes each kernel of a backward pass, states and sums of chunks among them", async () => {
    const own = await place();
    try {
      const train = graphOf("BatchNorm", "train");
      const forward = await runJob(own, train, subjectOf(train, { x: [8, 6, 5, 8] }), { budgetMs: 600 });
      expect(forward.kernels.length).toBeGreaterThan(0);
      const backward = differentiate(graphOf("LayerNorm"));
      const dims = { x: [32, 64], d_y: [32, 64] };
      const found = await runJob(own, backward, subjectOf(backward, dims), { budgetMs: 1000 });
      expect(found.kernels.length).toBeGreaterThan(1);
      for (const { result } of [...forward.kernels, ...found.kernels]) {
        expect(result.tried.flatMap((one) => ("refused" in one ? [one] : []))).toEqual([]);
      }
    } finally {
      await own.close();
    }
  });

  it("loses one candidate where the device is lost in the middle", async () => {
    const own = await place();
    try {
      const graph = graphOf("LayerNorm");
      let count = 0;
      const found = await runJob(own, graph, subjectOf(graph, { x: [64, 256] }), {
        budgetMs: 2000,
        onTried() {
          if (++count === 3) own.current().device.destroy();
        },
      });
      const [{ result }] = found.kernels as [(typeof found.kernels)[0]];
      const refused = result.tried.flatMap((one) => ("refused" in one ? [one.refused] : []));
      expect(refused.length).toBeLessThanOrEqual(1);
      for (const reason of refused) expect(reason).toContain("lost");
      expect(result.tried.length).toBeGreaterThan(4);
    } finally {
      await own.close();
    }
  }, 180_000);
});

describe.each(devices.map(({ name, device }) => ({ name, device })))(
  "in the background on $name",
  ({ device }) => {
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
      const { y } = await norm.run({ x });
      // Two variants may each be off by the contract's 1e-5.
      expect(Math.max(...y.map((value, i) => Math.abs(value - want[i]!)))).toBeLessThan(2e-5);
      // What was found is known from now on, and nothing is measured again.
      const again = await LayerNorm.create(device, { x: dims, tune: storage });
      expect(await again.tuning!).toEqual({ kind: "known" });
      expect(again.dispatches[0]!.variant).toMatchObject(
        outcome.kind === "tuned" && outcome.factor > 1
          ? { reason: "tuned" }
          : { lanes: plain.dispatches[0]!.variant.lanes },
      );
      for (const one of [plain, norm, again]) one.destroy();
    }, 180_000);

    it("tells what runs now, for a backward pass as well", async () => {
      // Its beta may be given and is not read, so `encode` is wrapped; what describes the norm must not be a copy.
      const norm = await LayerNorm.createBackward(device, { x: [8, 64], tune: memoryStorage() });
      expect(Object.getOwnPropertyDescriptor(norm, "dispatches")).toHaveProperty("get");
      norm.destroy();
    }, 60_000);

    it("files results of a generated module under the hash of the program as compiled", async () => {
      const folder = mkdtempSync(join(tmpdir(), "normc-tune-"));
      try {
        const path = join(folder, "tuning.json");
        const options = { x: [4, 6, 8], mode: "infer", tune: fileStorage(path) } as const;
        const pair = await Promise.all([
          BatchNorm.create(device, options),
          BatchNorm.create(device, options),
        ]);
        // Layers of the same kind wait for one search.
        for (const norm of pair) expect((await norm.tuning!).kind).toBe("tuned");
        for (const norm of pair) norm.destroy();
        const [adapter] = parseTuning(readFileSync(path, "utf8")).adapters.values();
        const filed = adapter!.programs.get("BatchNorm.infer")!;
        expect(filed.hash).toBe(await programHash(compileGraph(graphOf("BatchNorm", "infer")).program));
      } finally {
        rmSync(folder, { recursive: true });
      }
    }, 180_000);

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
    }, 180_000);
  },
);
