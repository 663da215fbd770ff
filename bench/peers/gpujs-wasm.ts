/**
 * gpu.js in its webasm mode, on as many threads as the argument says. A pipeline keeps what is between the kernels in the
 * memory of WebAssembly, so that a chain of layers pays once for the transfer of its input and output.
 */
import { createRequire } from "node:module";
import type { GPU } from "gpu.js";
import { serve, timedRun } from "../contestant.ts";
import { rowKernels } from "./gpujs-kernels.ts";

const threads = Number(process.argv[2]);

/** gpu.js asks these when it is loaded: whether there is shared memory, and how many workers it may start. */
if (threads === 1) Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
Object.defineProperty(navigator, "hardwareConcurrency", { value: threads, configurable: true });

type Kernel = (...args: readonly unknown[]) => unknown;
interface Pipeline {
  (...args: readonly Float32Array[]): Promise<Float32Array>;
  readonly executorKind: string;
  destroy(): Promise<void>;
}
interface Gpu {
  createKernel(source: string, settings: object): Kernel;
  createPipeline(run: (...args: readonly unknown[]) => unknown): Pipeline;
  destroy(): Promise<void>;
}

serve(async () => {
  const require = createRequire(import.meta.url);
  const { version } = require("gpu.js/package.json") as { version: string };
  const { GPU: Constructor } = require("gpu.js") as { GPU: typeof GPU };
  return {
    versions: { "gpu.js": version },
    async prepare(one, data, dtype) {
      if (dtype === "f16") throw new Error("no f16 storage");
      const gpu = new Constructor({ mode: "webasm" as never }) as unknown as Gpu;
      const { mean, variance, apply } = rowKernels(one, (source, count, constants) =>
        gpu.createKernel(source, { output: [count], constants, precision: "single", tactic: "precision" }),
      );
      const pipelines = new Map<number, Pipeline>();
      const chainOf = (length: number): Pipeline => {
        const known = pipelines.get(length);
        if (known !== undefined) return known;
        const made = gpu.createPipeline((x, gamma, beta, givenMean, givenVariance) => {
          let y = x;
          for (let i = 0; i < length; i++) {
            const means = mean === undefined ? [] : [mean(y)];
            y =
              variance === undefined
                ? apply(y, givenMean, givenVariance, gamma, beta)
                : apply(y, ...means, variance(y, ...means), gamma, beta);
          }
          return y;
        });
        pipelines.set(length, made);
        return made;
      };
      const run = (length: number): Promise<Float32Array> =>
        chainOf(length)(data.x, data.gamma, data.beta, data.mean, data.variance);
      await run(1);
      const kind = chainOf(1).executorKind;
      if (kind !== (threads === 1 ? "fused-sync" : "fused-threaded")) throw new Error(`it runs ${kind}`);
      return {
        entries: [
          {
            name: `gpu.js ×${threads}`,
            note: `a pipeline of ${[mean, variance, apply].filter(Boolean).length} kernels a layer`,
            timed: timedRun(run, 8),
            result: () => run(1),
          },
        ],
        release: () => gpu.destroy(),
      };
    },
  };
});
