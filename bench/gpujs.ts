/**
 * `npm run bench:gpujs`: times layer norm on gpu.js's webasm, a naive kernel of gpu.js and ONNX Runtime's cpu provider.
 * It also compares the errors of the numerics contract with WebGPU's. Writes bench/results/gpujs.md.
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as gpujs from "gpu.js";
import { compileGather } from "../src/compile/compile-gather.ts";
import { createGatherNorm } from "../src/runtime/gpujs/index.ts";
import { openDevice } from "../src/tools/device/index.ts";
import { oracle, worstDifference, worstOf } from "../test/support/compare.ts";
import { farLayers, farTrial } from "../test/support/far.ts";
import { runOnGpuJs } from "../test/support/gather.ts";
import { graphOf } from "../test/support/library.ts";
import { normals } from "../test/support/random.ts";
import { peersInstalled } from "./contestants.ts";
import { thisMachine } from "./machine.ts";

const eps = 1e-5;
const { GPU } = gpujs;
// gpu.js declares `input` only as a type.
const { input } = gpujs as unknown as { input(values: Float32Array, size: readonly number[]): unknown };
const rounds = 9;

interface Contestant {
  readonly name: string;
  run(): Promise<ArrayLike<number>>;
  close(): Promise<void>;
}

interface Layer {
  readonly rows: number;
  readonly length: number;
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
}

function layer(rows: number, length: number): Layer {
  return {
    rows,
    length,
    x: normals(1, rows * length, 3, 2),
    gamma: normals(2, length, 1, 0.2),
    beta: normals(3, length),
  };
}

async function ours({ rows, length, x, gamma, beta }: Layer): Promise<Contestant> {
  const { program } = compileGather(graphOf("LayerNorm"));
  const norm = await createGatherNorm({ GPU, backend: "webasm" }, program, { dims: { x: [rows, length] } });
  return {
    name: "normc, webasm",
    run: async () => (await norm.run({ x, gamma, beta })).y!,
    close: () => norm.destroy(),
  };
}

/** As users of gpu.js write it: a single kernel, in which every element computes the statistics of its row. */
async function naive({ rows, length, x, gamma, beta }: Layer): Promise<Contestant> {
  const gpu = new (GPU as unknown as new (settings: object) => gpujs.GPU)({ mode: "webasm" });
  const kernel = gpu.createKernel(
    `function (x, gamma, beta) {
      let mean = 0;
      for (let i = 0; i < this.constants.length; i++) {
        mean += x[this.thread.y][i];
      }
      mean = mean / this.constants.length;
      let variance = 0;
      for (let i = 0; i < this.constants.length; i++) {
        const d = x[this.thread.y][i] - mean;
        variance += d * d;
      }
      const scale = 1 / Math.sqrt(variance / this.constants.length + this.constants.eps);
      return (x[this.thread.y][this.thread.x] - mean) * scale * gamma[this.thread.x] + beta[this.thread.x];
    }` as never,
    { output: [length, rows], constants: { length, eps }, precision: "single", asyncMode: true } as never,
  ) as unknown as (...args: readonly unknown[]) => Promise<readonly Float32Array[]>;
  return {
    name: "naive gpu.js kernel, webasm",
    async run() {
      const found = await kernel(input(x, [length, rows]), gamma, beta);
      const flat = new Float32Array(rows * length);
      for (const [row, values] of found.entries()) flat.set(values, row * length);
      return flat;
    },
    close: async () => void (await gpu.destroy()),
  };
}

/** Undefined if the peers are not installed. */
async function onnxRuntime({ rows, length, ...tensors }: Layer): Promise<Contestant | undefined> {
  if (!peersInstalled()) return undefined;
  // Imported by a name that the type checker does not follow: the peers have their own type check, and may be missing.
  const file = new URL("./peers/onnx-layer-norm.ts", import.meta.url).href;
  const { onnxLayerNorm } = (await import(file)) as {
    onnxLayerNorm(rows: number, length: number, tensors: object): Promise<Omit<Contestant, "name">>;
  };
  return { name: "ONNX Runtime, cpu", ...(await onnxLayerNorm(rows, length, tensors)) };
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;

async function race(rows: number, length: number, withNaive: boolean): Promise<string[]> {
  const one = layer(rows, length);
  const made = [await ours(one), ...(withNaive ? [await naive(one)] : []), await onnxRuntime(one)];
  const contestants = made.filter((each) => each !== undefined);
  const { rows: count, length: size, x, gamma, beta } = one;
  const want = oracle({
    graph: graphOf("LayerNorm"),
    dims: { x: [count, size] },
    feeds: { x, gamma, beta },
  }).get("y")!;
  const errors = new Map<Contestant, number>();
  const times = new Map<Contestant, number[]>(contestants.map((each) => [each, []]));
  for (const each of contestants) {
    // The first run compiles.
    const y = await each.run();
    errors.set(
      each,
      want.reduce((worst, value, i) => Math.max(worst, Math.abs(y[i]! - value)), 0),
    );
  }
  // They take turns, so that other work on the machine affects all of them.
  for (let round = 0; round < rounds; round++) {
    for (const each of contestants) {
      const start = performance.now();
      await each.run();
      times.get(each)!.push(performance.now() - start);
    }
  }
  const own = median(times.get(contestants[0]!)!);
  const lines = contestants.map((each) => {
    const list = times.get(each)!;
    const ms = median(list);
    const range = `${Math.min(...list).toFixed(2)}–${Math.max(...list).toFixed(2)}`;
    const ratio = each === contestants[0] ? "" : `${(ms / own).toFixed(2)} ×`;
    return `| ${rows} × ${length} | ${each.name} | ${ms.toFixed(2)} | ${range} | ${ratio} | ${errors.get(each)!.toExponential(1)} |`;
  });
  for (const each of contestants) await each.close();
  return lines;
}

async function numerics(): Promise<string[]> {
  const opened = await openDevice();
  const lines: string[] = [];
  for (const far of farLayers) {
    for (const ratio of [1e3, -1e4, 1e6]) {
      const trial = farTrial(far, ratio);
      const webgpu = opened === undefined ? Number.NaN : (await worstDifference(opened.device, trial)).error;
      const webasm = worstOf(await runOnGpuJs(trial, "webasm"), trial).error;
      const cpu = worstOf(await runOnGpuJs(trial, "cpu"), trial).error;
      const cells = [webgpu, webasm, cpu].map((one) => one.toExponential(1));
      lines.push(
        `| ${far.norm} | ${far.dims.join(" × ")} | ${ratio.toExponential(0)} | ${cells.join(" | ")} |`,
      );
    }
  }
  await opened?.close();
  return lines;
}

const version = (createRequire(import.meta.url)("gpu.js/package.json") as { version: string }).version;
const machine = thisMachine();
const races = [
  ...(await race(512, 768, true)),
  ...(await race(4096, 768, true)),
  ...(await race(16, 65536, false)),
];
const text = `# gpu.js ${version}: times and errors

Made by \`npm run bench:gpujs\`. ${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; load before: ${machine.load.toFixed(1)}.

## Layer norm on webasm

A time is that of a whole call, arrays in and arrays out, the median of ${rounds} in turn with the others. The naive kernel computes the
mean and the variance of its row again for every element; its ratio is how much longer it takes. The error is the largest
against float64.

| rows | what | ms | least–most | of normc | error |
| --- | --- | ---: | ---: | ---: | ---: |
${races.join("\n")}

## The numerics contract

The largest error of a standardized output against float64, far from zero; the contract allows 1e-5. cpu computes in float64 and
rounds what it names to f32.

| norm | dims | mean / std | WebGPU | webasm | cpu |
| --- | --- | ---: | ---: | ---: | ---: |
${(await numerics()).join("\n")}
`;
writeFileSync(fileURLToPath(new URL("results/gpujs.md", import.meta.url)), text);
process.stdout.write(text);
