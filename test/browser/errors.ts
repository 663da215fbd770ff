/**
 * The tables of errors in `docs/targets.md`, measured: `npm run errors` prints them, `npm run errors -- --write` writes
 * them. The bound that they stand for is held by `numerics.test.ts` here and its like beside `test/gpujs` and
 * `test/kernels`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openDevice } from "../../src/tools/device/index.ts";
import { type Trial, worstDifference, worstOf } from "../support/compare.ts";
import { farLayers, farTrial } from "../support/far.ts";
import { runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient, worstOnDevice } from "../support/gradients.ts";
import { naive } from "../support/naive.ts";
import { statistics, statisticTrial } from "../support/statistics.ts";
import { runWasm } from "../support/wasm.ts";
import { openRunner, resultsOn } from "./browser.ts";

type Results = Readonly<Record<string, ArrayLike<number>>>;
type Run = (trial: Trial) => Promise<Results>;

const path = fileURLToPath(new URL("../../docs/targets.md", import.meta.url));
const opened = await openRunner();
if (opened === undefined) process.exit(3);
const runner = opened;

const inBrowser =
  (target: "webgpu" | "webgl2"): Run =>
  async (trial) =>
    (await resultsOn(runner, target, trial)).results;
const onGpuJs =
  (backend: "webasm" | "cpu"): Run =>
  (trial) =>
    runOnGpuJs(trial, backend);

/** Long rows in parts, as the runtime takes them. */
const inWasm: Run = (trial) => runWasm(trial, { schedule: (all) => all.at(-1)! });

const tables = { errors: await layerErrors(), statistics: await statisticErrors() };
await runner.close();

for (const [name, lines] of Object.entries(tables)) {
  const table = lines.join("\n");
  if (process.argv.includes("--write")) writeBetween(name, table);
  else process.stdout.write(`${table}\n\n`);
}

/** Errors of the library's layers: forward, in the browser. */
async function layerErrors(): Promise<string[]> {
  const ratios = [1e2, 1e3, 1e4, 1e5, 1e6];
  const targets: readonly (readonly [string, Run])[] = [
    ["WebGPU", inBrowser("webgpu")],
    ["processor", inWasm],
    ["webgl2", inBrowser("webgl2")],
    ["webasm", onGpuJs("webasm")],
  ];
  const lines = headOf("norm, dims", ratios);
  for (const layer of farLayers) {
    for (const [name, run] of targets) {
      const cells: string[] = [];
      for (const ratio of ratios) {
        const trial = farTrial(layer, ratio);
        cells.push(short(worstOf(await run(trial), trial).error));
      }
      lines.push(`| ${layer.norm} ${layer.dims.join("×")} | ${name} | ${cells.join(" | ")} |`);
    }
  }
  return lines;
}

/** Errors of statistics that a spec writes itself: forward and gradients, on every target, beside the formula in f32. */
async function statisticErrors(): Promise<string[]> {
  const ratios = [0, 1e2, 1e4, 1e6];
  const adapters: [string, GPUDevice, () => Promise<void>][] = [];
  for (const adapter of ["lavapipe", "swiftshader"]) {
    const found = await openDevice({ adapter });
    if (found === undefined) process.stderr.write(`no ${adapter} device\n`);
    else adapters.push([`WebGPU, ${adapter}`, found.device, () => found.close()]);
  }
  const lines = headOf("statistic", ratios);
  for (const statistic of statistics) {
    const trials = ratios.map((ratio) => {
      const forward = statisticTrial(statistic, ratio);
      return { forward, backward: backwardTrial(forward) };
    });
    const put = async (name: string, error: (trial: (typeof trials)[number]) => Promise<string>) => {
      const cells: string[] = [];
      for (const trial of trials) cells.push(await error(trial));
      lines.push(`| ${statistic.name} | ${name} | ${cells.join(" | ")} |`);
    };
    const ofRun = (run: Run) => async (trial: (typeof trials)[number]) =>
      both(
        worstOf(await run(trial.forward), trial.forward).error,
        worstGradient(trial.backward, await run(trial.backward)).error,
      );
    await put(
      "the formula in f32",
      ofRun(async (trial) => naive(trial)),
    );
    for (const [name, device] of adapters) {
      await put(name, async ({ forward, backward }) =>
        both((await worstDifference(device, forward)).error, (await worstOnDevice(device, backward)).error),
      );
    }
    await put("processor", ofRun(inWasm));
    await put("webgl2", ofRun(inBrowser("webgl2")));
    await put("webasm", ofRun(onGpuJs("webasm")));
    await put("cpu", ofRun(onGpuJs("cpu")));
  }
  for (const [, , close] of adapters) await close();
  return lines;
}

function headOf(what: string, ratios: readonly number[]): string[] {
  const names = ratios.map((one) => (one === 0 ? "0" : one.toExponential(0)));
  return [`| ${what} | on | ${names.join(" | ")} |`, `| --- | --- |${" ---: |".repeat(ratios.length)}`];
}

function short(error: number): string {
  return error === 0 ? "0" : error.toExponential(1);
}

function both(forward: number, gradient: number): string {
  return `${short(forward)}, ${short(gradient)}`;
}

/** Replaces what lies between `<!-- name: … -->` and `<!-- end of name -->`. */
function writeBetween(name: string, table: string): void {
  const text = readFileSync(path, "utf8");
  const begin = `<!-- ${name}: npm run errors -- --write -->`;
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(`<!-- end of ${name} -->`);
  writeFileSync(path, `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`);
}
