/**
 * gpu.js in its webgpu mode. One kernel computes the mean of each row, one its variance, and one writes; the results in
 * between stay on the device (`pipeline`). A kernel has one output and no reductions, so one thread goes over a row.
 */
import { createRequire } from "node:module";
import { GPU, type IKernelRunShortcut } from "gpu.js";
import type { BenchCase } from "../cases.ts";
import { serve, timedRun } from "../contestant.ts";
import type { CaseData } from "../data.ts";
import { rowsOf, viewOf } from "../view.ts";
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

/** gpu.js parses the source of a kernel. It supports `this.constants` and plain arithmetic, but no closures. */
async function build(gpu: GPU, one: BenchCase, data: CaseData): Promise<Built> {
  const view = viewOf(one);
  const { rows, length } = rowsOf(view);
  const size = data.x.length;
  const place = places(one);
  const make = (source: string, count: number, constants: Record<string, number> = {}): Kernel =>
    gpu.createKernel(
      source as never,
      {
        output: [count],
        constants: { ...place, length, eps: one.eps, ...constants },
        pipeline: true,
        precision: "single",
        tactic: "precision",
      } as never,
    ) as IKernelRunShortcut as unknown as Kernel;
  const copied = async (values: Float32Array): Promise<Handle> =>
    make("function (a) { return a[this.thread.x]; }", values.length)(Float32Array.from(values));

  const x = await copied(data.x);
  const [gamma, beta] = [await copied(data.gamma), await copied(data.beta)];
  const upload = [x, gamma, beta];

  // The elements of row `r`: from its start, runs of `run` elements that lie `stride` apart.
  const walk = (body: string): string => `
    const r = this.thread.x;
    const start = Math.floor(r / this.constants.rowRun) * this.constants.rowOuter + (r % this.constants.rowRun) * this.constants.rowInner;
    let total = 0;
    for (let j = 0; j < this.constants.runs; j++) {
      const from = start + j * this.constants.stride;
      for (let i = 0; i < this.constants.run; i++) { ${body} }
    }
    return total / this.constants.length;`;
  const channel = `Math.floor(e / this.constants.inner) % this.constants.channels`;
  const row = `(Math.floor(e / this.constants.rowOuter) % this.constants.outers) * this.constants.rowRun + Math.floor(e / this.constants.rowInner) % this.constants.rowRun`;
  const value = view.centred ? "(x[e] - mean[r])" : "x[e]";
  const factor =
    one.op === "scaled-weight"
      ? "Math.sqrt(Math.max(variance[r] * this.constants.length, this.constants.eps))"
      : "Math.sqrt(variance[r] + this.constants.eps)";
  const scale = view.affine === "none" ? "" : " * gamma[c]";
  const shift = view.affine === "channel" && view.centred ? " + beta[c]" : "";
  const parameters = ["x", ...(view.centred ? ["mean"] : []), "variance", "gamma", "beta"].join(", ");
  const apply = make(
    `function (${parameters}) {
      const e = this.thread.x; const r = ${row}; const c = ${channel};
      return ${value} / ${factor}${scale}${shift};
    }`,
    size,
  );
  if (view.given) {
    const [mean, variance] = [await copied(data.mean), await copied(data.variance)];
    upload.push(mean, variance);
    return { kernels: "1 kernel", upload, layer: () => apply(x, mean, variance, gamma, beta) };
  }
  const element = "from + i";
  const meanOf = make(`function (x) {${walk(`total += x[${element}];`)}}`, rows);
  const squares = view.centred
    ? make(`function (x, mean) {${walk(`const d = x[${element}] - mean[r]; total += d * d;`)}}`, rows)
    : make(`function (x) {${walk(`const d = x[${element}]; total += d * d;`)}}`, rows);
  return {
    kernels: view.centred ? "3 kernels" : "2 kernels",
    upload,
    async layer() {
      if (!view.centred) return apply(x, await squares(x), gamma, beta);
      const mean = await meanOf(x);
      return apply(x, mean, await squares(x, mean), gamma, beta);
    },
  };
}

/**
 * Where the elements of a row lie. Row r begins at floor(r / rowRun) * rowOuter + (r % rowRun) * rowInner and has
 * `runs` runs of `run` elements, `stride` apart.
 */
function places(one: BenchCase): Record<string, number> {
  const view = viewOf(one);
  const { n, g, k, s } = view;
  const over = view.over.join("");
  const affine = view.affine === "outer" ? { inner: g * k * s, channels: n } : { inner: s, channels: g * k };
  switch (over) {
    case "ns": // batch norm: a row is a channel, a run in every sample
      return {
        ...affine,
        rowRun: g,
        rowOuter: g * s,
        rowInner: s,
        outers: 1,
        runs: n,
        run: s,
        stride: g * s,
      };
    case "k": {
      // layer norm: contiguous where s is 1, else one element in every channel
      if (s === 1)
        return { ...affine, rowRun: 1, rowOuter: k, rowInner: k, outers: n, runs: 1, run: k, stride: k };
      return { ...affine, rowRun: s, rowOuter: k * s, rowInner: 1, outers: n, runs: k, run: 1, stride: s };
    }
    default: {
      const length = over === "ks" ? k * s : s;
      const rows = (n * g * k * s) / length;
      return {
        ...affine,
        rowRun: 1,
        rowOuter: length,
        rowInner: length,
        outers: rows,
        runs: 1,
        run: length,
        stride: length,
      };
    }
  }
}
