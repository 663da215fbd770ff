/**
 * `npm run lab:step`: times a convolution and a training step with the lab's kernels and on TensorFlow.js's own layers, in
 * turn, in one run. Writes lab/results/step.md and step.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { Part } from "../device/layer.ts";
import { type NetworkName, networkNames } from "../networks/kinds.ts";
import { median } from "../report/gather.ts";
import * as ours from "./ours.ts";
import * as tensorflow from "./tensorflow.ts";

const batch = 32;
const rounds = 7;
const convolutionCase = { samples: batch, channels: 16, filters: 16, size: 8 };
const backends = ["wasm", "webgpu", "cpu"] as const;

interface Row {
  readonly name: string;
  readonly on: string;
  /** Milliseconds by what is timed, or why there are none. */
  readonly times: Readonly<Record<string, number | string>>;
}

/** The median over rounds of up to 200 runs, which take a fifth of a second. What takes a second is run once. */
async function timeOf(run: tensorflow.Repeated): Promise<number> {
  const timed = async (count: number): Promise<number> => {
    const began = performance.now();
    await run(count);
    return (performance.now() - began) / count;
  };
  await run(1);
  const first = await timed(1);
  if (first > 1000) return first;
  const count = Math.min(200, Math.max(1, Math.round(200 / first)));
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(count));
  return median(times);
}

async function timesOf(runs: Readonly<Record<string, tensorflow.Repeated>>): Promise<Row["times"]> {
  const times: Record<string, number | string> = {};
  for (const [name, run] of Object.entries(runs)) {
    try {
      times[name] = await timeOf(run);
    } catch (error) {
      times[name] = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }
  return times;
}

const own = { name: "the lab", on: "WebAssembly, one thread" };
const convolutions: Row[] = [{ ...own, times: await timesOf(await ours.convolution(convolutionCase)) }];
const steps: Row[] = [];
for (const norm of ["BN", "LN"] as const) {
  const { forward, step } = await ours.step(norm, batch);
  steps.push({ ...own, name: `the lab, ${norm}`, times: await timesOf({ forward, step }) });
}
for (const backend of backends) {
  process.stderr.write(`TensorFlow.js on ${backend}\n`);
  const used = await tensorflow.useBackend(backend);
  if (used === undefined) continue;
  const { on } = used;
  convolutions.push({
    name: "TensorFlow.js",
    on,
    times: await timesOf(tensorflow.convolution(convolutionCase)),
  });
  for (const norm of ["BN", "LN"] as const)
    steps.push({ name: `TensorFlow.js, ${norm}`, on, times: await timesOf(tensorflow.network(norm, batch)) });
}
interface Share extends Readonly<Record<Part, number>> {
  readonly network: NetworkName;
  readonly milliseconds: number;
  readonly kernels: number;
  readonly normKernels: number;
}

const shares: Share[] = [];
for (const network of networkNames) {
  const made = await ours.step(network, batch);
  await made.step(20);
  const milliseconds = await timeOf(made.step);
  shares.push({
    network,
    milliseconds,
    kernels: made.kernels,
    normKernels: made.normKernels,
    ...made.shares(50),
  });
}

const folder = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const numbers = { batch, processor: cpus()[0]?.model, convolutionCase, convolutions, steps, shares };
writeFileSync(`${folder}step.json`, `${JSON.stringify(numbers, null, 2)}\n`);
const text = document();
writeFileSync(`${folder}step.md`, text);
process.stdout.write(text);
process.exit(0);

function document(): string {
  const { samples, channels, filters, size } = convolutionCase;
  return [
    "# A step",
    "",
    `Written by \`npm run lab:step\`: medians of ${rounds} rounds, in milliseconds, on ${numbers.processor ?? "an unknown processor"}.`,
    "",
    `## One convolution: 3×3, ${channels} to ${filters} channels, ${samples} images of ${size}×${size}`,
    "",
    ...rowLines(convolutions, { forward: "forward", backward: "forward and both gradients" }),
    `## A step of the whole network, batch ${batch}`,
    "",
    ...rowLines(steps, { forward: "forward", step: "training step" }),
    "## Where the lab's time goes",
    "",
    "A norm's kernel has ReLU in it. Kernels are calls in a step; a convolution has six for each image, the first one four.",
    "",
    "| network | ms a step | norms | weights | convolutions | loss | kernels | of norms and weights |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...shares.map(({ network, milliseconds, norm, weights, convolution, loss, kernels, normKernels }) => {
      const percents = [norm, weights, convolution, loss].map((one) => `${(100 * one).toFixed(1)} %`);
      return `| ${network} | ${milliseconds.toFixed(2)} | ${percents.join(" | ")} | ${kernels} | ${normKernels} |`;
    }),
    "",
  ].join("\n");
}

function rowLines(rows: readonly Row[], columns: Readonly<Record<string, string>>): readonly string[] {
  const shown = (value: number | string | undefined): string =>
    typeof value === "number" ? value.toFixed(2) : (value ?? "");
  return [
    `| | on | ${Object.values(columns).join(" | ")} |`,
    `| --- | --- |${" ---: |".repeat(Object.keys(columns).length)}`,
    ...rows.map(
      ({ name, on, times }) =>
        `| ${name} | ${on} | ${Object.keys(columns)
          .map((column) => shown(times[column]))
          .join(" | ")} |`,
    ),
    "",
  ];
}
