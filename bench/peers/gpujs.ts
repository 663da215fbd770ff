/**
 * gpu.js in its webgpu mode. The results between the kernels stay on the device (`pipeline`). A kernel has one output and
 * no reductions, so one thread goes over a row.
 */
import { createRequire } from "node:module";
import { GPU, type IKernelRunShortcut } from "gpu.js";
import type { BenchCase } from "../cases.ts";
import { serve, timedRun } from "../contestant.ts";
import type { CaseData } from "../data.ts";
import { viewOf } from "../view.ts";
import { rowKernels } from "./gpujs-kernels.ts";
import { giveWayOnSoftware, provideNavigatorGpu } from "./navigator-gpu.ts";

/** The extra properties of a kernel in the mode "webgpu". */
interface Handle {
  readonly context: { readonly device: GPUDevice };
  toArray(): Promise<Float32Array>;
  delete(): void;
}

type Kernel = (...args: readonly unknown[]) => Promise<Handle>;

serve(async () => {
  provideNavigatorGpu();
  const { version } = createRequire(import.meta.url)("gpu.js/package.json") as { version: string };
  return {
    versions: { "gpu.js": version },
    async prepare(one, data, dtype) {
      if (dtype === "f16") throw new Error("no f16 storage");
      const gpu = new GPU({ mode: "webgpu" as never });
      const { kernels, upload, layer } = await build(gpu, one, data);
      giveWayOnSoftware((await layer()).context.device);
      const run = async (count: number): Promise<void> => {
        let device: GPUDevice | undefined;
        for (let i = 0; i < count; i++) device = (await layer()).context.device;
        await device?.queue.onSubmittedWorkDone();
      };
      return {
        entries: [
          {
            name: "gpu.js",
            note: kernels,
            timed: timedRun(run, 400),
            result: async () => (await layer()).toArray(),
          },
        ],
        async release() {
          for (const handle of upload) handle.delete();
          await gpu.destroy();
        },
      };
    },
  };
});

interface Built {
  readonly kernels: string;
  readonly upload: readonly Handle[];
  layer(): Promise<Handle>;
}

async function build(gpu: GPU, one: BenchCase, data: CaseData): Promise<Built> {
  const make = (source: string, count: number, constants: Readonly<Record<string, number>> = {}): Kernel =>
    gpu.createKernel(
      source as never,
      { output: [count], constants, pipeline: true, precision: "single", tactic: "precision" } as never,
    ) as IKernelRunShortcut as unknown as Kernel;
  const copied = async (values: Float32Array): Promise<Handle> =>
    make("function (a) { return a[this.thread.x]; }", values.length)(Float32Array.from(values));

  const x = await copied(data.x);
  const [gamma, beta] = [await copied(data.gamma), await copied(data.beta)];
  const upload = [x, gamma, beta];
  const { mean, variance, apply } = rowKernels(one, make);
  if (variance === undefined) {
    const given = [await copied(data.mean), await copied(data.variance)];
    return {
      kernels: "1 kernel",
      upload: [...upload, ...given],
      layer: () => apply(x, ...given, gamma, beta),
    };
  }
  return {
    kernels: viewOf(one).centred ? "3 kernels" : "2 kernels",
    upload,
    async layer() {
      if (mean === undefined) return apply(x, await variance(x), gamma, beta);
      const means = await mean(x);
      return apply(x, means, await variance(x, means), gamma, beta);
    },
  };
}
