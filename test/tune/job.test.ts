/** Tuning on a device, with small shapes and made-up times: what is found is right, a lost device costs a candidate. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { openDevice } from "../../src/tools/device/index.ts";
import { runJob } from "../../src/tools/workbench/tune-kernel.ts";
import { openWorkplace } from "../../src/tools/workbench/workbench.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { madeUpTimeSource } from "../support/time-source.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const place = async () =>
  openWorkplace(async () => {
    const opened = await openDevice({ adapter: devices[0]!.name });
    if (opened === undefined) throw new Error("the device that was there is gone");
    return opened;
  });

function sizedOf(
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
        const found = await runJob(own, graph, sizedOf(graph, { x: [64, 256] }, dtype), {
          budgetMs: 1500,
          timeSource: madeUpTimeSource(),
        });
        expect(found.against).toBe("oracle");
        const [{ result, space }] = found.kernels as [(typeof found.kernels)[0]];
        expect(result.tried.flatMap((one) => ("refused" in one ? [one] : []))).toEqual([]);
        expect(result.tried.length).toBeGreaterThan(1);
        expect(result.tried.length).toBeLessThanOrEqual(space.variants.length / 5);
        expect(found.ms).toBeLessThan(0.97 * found.defaultMs);
        expect(found.choices.size).toBe(1);
      }
    } finally {
      await own.close();
    }
  });

  it("tunes each kernel of a backward pass, states and sums of chunks among them", async () => {
    const own = await place();
    try {
      const train = graphOf("BatchNorm", "train");
      const forward = await runJob(own, train, sizedOf(train, { x: [8, 6, 5, 8] }), {
        budgetMs: 600,
        timeSource: madeUpTimeSource(),
      });
      expect(forward.kernels.length).toBeGreaterThan(0);
      const backward = differentiate(graphOf("LayerNorm"));
      const dims = { x: [32, 64], d_y: [32, 64] };
      const found = await runJob(own, backward, sizedOf(backward, dims), {
        budgetMs: 1000,
        timeSource: madeUpTimeSource(),
      });
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
      const found = await runJob(own, graph, sizedOf(graph, { x: [64, 256] }), {
        budgetMs: 2000,
        timeSource: madeUpTimeSource(),
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
  });
});
