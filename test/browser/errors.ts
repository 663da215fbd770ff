/**
 * The table of errors in `docs/targets.md`, measured: `npm run errors` prints it, `npm run errors -- --write` writes it.
 * The bound that it stands for is held by `numerics.test.ts` here and its like beside `test/gpujs` and `test/kernels`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Trial, worstOf } from "../support/compare.ts";
import { farLayers, farTrial } from "../support/far.ts";
import { runOnGpuJs } from "../support/gather.ts";
import { openRunner, resultsOn } from "./browser.ts";

type Results = Readonly<Record<string, ArrayLike<number>>>;

const ratios = [1e2, 1e3, 1e4, 1e5, 1e6];
const begin = "<!-- errors: npm run errors -- --write -->";
const end = "<!-- end of errors -->";
const path = fileURLToPath(new URL("../../docs/targets.md", import.meta.url));

const opened = await openRunner();
if (opened === undefined) process.exit(3);
const runner = opened;

const targets: readonly (readonly [string, (trial: Trial) => Promise<Results>])[] = [
  ["WebGPU", async (trial) => (await resultsOn(runner, "webgpu", trial)).results],
  ["webgl2", async (trial) => (await resultsOn(runner, "webgl2", trial)).results],
  ["webasm", (trial) => runOnGpuJs(trial, "webasm")],
];

const lines = [
  `| norm, dims | on | ${ratios.map((one) => one.toExponential(0)).join(" | ")} |`,
  `| --- | --- |${" ---: |".repeat(ratios.length)}`,
];
for (const layer of farLayers) {
  for (const [name, run] of targets) {
    const cells: string[] = [];
    for (const ratio of ratios) {
      const trial = farTrial(layer, ratio);
      cells.push(worstOf(await run(trial), trial).error.toExponential(1));
    }
    lines.push(`| ${layer.norm} ${layer.dims.join("×")} | ${name} | ${cells.join(" | ")} |`);
  }
}
await runner.close();

const table = lines.join("\n");
if (process.argv.includes("--write")) {
  const text = readFileSync(path, "utf8");
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(path, `${head}\n\n${table}\n\n${text.slice(text.indexOf(end))}`);
} else {
  process.stdout.write(`${table}\n`);
}
