/**
 * `npm run bench:inline`: times a matrix product that normalizes what it loads (`createInline`) beside the norm and the
 * same product one after the other, in turn. Writes bench/results/inline.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { compileInline } from "../src/compile/compile-inline.ts";
import { compileGraph } from "../src/compile/passes.ts";
import { checkFile } from "../src/language/check/check.ts";
import { createInline } from "../src/runtime/webgpu/create-inline.ts";
import { createNorm } from "../src/runtime/webgpu/index.ts";
import { giveWay, openDevice } from "../src/tools/device/index.ts";
import { chainOf } from "../src/tuning/measure/chain.ts";
import { chooseClock } from "../src/tuning/measure/choose-clock.ts";
import { wallClock } from "../src/tuning/measure/clock.ts";
import { median, spreadOf } from "../src/tuning/measure/spread.ts";
import { thisMachine } from "./machine.ts";
import { fusedProduct, type Sizes, separateProduct } from "./products.ts";
import { pathOf } from "./results.ts";

const rounds = 25;
/** How often each is recorded for one timing. */
const links = 4;
const norms = [
  { name: "RMSNorm", file: "rms_norm.norm" },
  { name: "LayerNorm", file: "layer_norm.norm" },
];
const cases: readonly Sizes[] = [
  { t: 512, d: 768, m: 64 },
  { t: 128, d: 1024, m: 128 },
  { t: 32, d: 2048, m: 128 },
];
const lines: string[] = [];

for (const adapter of process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["auto"]) {
  const opened = await openDevice({ adapter });
  if (opened === undefined) {
    process.stderr.write(`no ${adapter} device\n`);
    continue;
  }
  if (opened.kind === "software") giveWay();
  lines.push("", `## ${opened.adapter}`, "");
  lines.push(
    "| case | fused ms | one after the other ms | fused ÷ the two | quartiles |",
    "| --- | ---: | ---: | ---: | ---: |",
  );
  const clock = opened.kind === "software" ? wallClock(opened.device) : await chooseClock(opened.device);
  for (const norm of norms) {
    for (const sizes of cases) {
      const { device } = opened;
      const made = await prepare(device, norm, sizes);
      const [fused, two] = [chainOf(clock, made.fused.record), chainOf(clock, made.separate.record)];
      for (const one of [fused, two]) await one.time(links);
      const times: [number, number][] = [];
      for (let round = 0; round < rounds; round++) {
        times.push([(await fused.time(links)) / links, (await two.time(links)) / links]);
      }
      const { median: middle, quartiles } = spreadOf(times.map(([one, two]) => one / two));
      const ms = [0, 1].map((i) => median(times.map((one) => one[i]!)).toFixed(2));
      const line = `| ${norm.name} ${sizes.t}×${sizes.d} · ${sizes.d}×${sizes.m} | ${ms.join(" | ")} | ${middle.toFixed(2)} | ${quartiles.map((one) => one.toFixed(2)).join("–")} |`;
      process.stderr.write(`${line}\n`);
      lines.push(line);
      made.destroy();
    }
  }
  await opened.close();
}

const { processor, cores, system, node, load } = thisMachine();
const head = [
  "# A norm inside a matrix product: times",
  "",
  `Made by \`npm run bench:inline\`. ${processor}, ${cores} cores, ${system}, Node ${node}; load before: ${load.toFixed(1)}.`,
  "",
  "Fused: the statistics of the norm, then a product that normalizes what it loads. Beside it: the norm, then the same product",
  `of what it wrote. Medians of ${rounds} ratios, each of two times of ${links} runs measured one after the other, and their quartiles.`,
];
writeFileSync(pathOf("inline", "md"), `${[...head, ...lines].join("\n")}\n`);

async function prepare(device: GPUDevice, { name, file }: { name: string; file: string }, sizes: Sizes) {
  const text = readFileSync(new URL(`../library/${file}`, import.meta.url), "utf8");
  const checked = checkFile(
    { path: file, text },
    () => undefined,
    () => {},
  );
  const graph = checked.norms.find((one) => one.name === name)!.graphs[0]!;
  const made = compileInline(graph);
  if ("reason" in made) throw new Error(made.reason);
  const { program } = compileGraph(graph);
  const options = { x: [sizes.t, sizes.d] };
  const inline = await createInline(device, [program], async () => ({ inline: [made] }), options, {
    group: 1,
  });
  const norm = await createNorm(device, program, { dims: options });
  const own = [...Object.entries(norm.tensors), ["statistics", inline.tensors.statistics!] as const];
  const buffers = Object.fromEntries(
    own.map(([tensor, one]) => {
      const buffer = one.createBuffer();
      const values = Float32Array.from({ length: one.bytes / 4 }, (_, i) => Math.sin(i * 12.9898) + 0.5);
      device.queue.writeBuffer(buffer, 0, values);
      return [tensor, buffer];
    }),
  );
  const weights = device.createBuffer({ size: sizes.d * sizes.m * 4, usage: 0x88 });
  device.queue.writeBuffer(
    weights,
    0,
    Float32Array.from({ length: sizes.d * sizes.m }, (_, i) => Math.cos(i)),
  );
  const result = device.createBuffer({ size: sizes.t * sizes.m * 4, usage: 0x84 });
  const all = { ...buffers, weights, result };
  return {
    fused: await fusedProduct(device, sizes, inline, all),
    separate: await separateProduct(device, sizes, norm, all),
    destroy() {
      for (const one of Object.values(all)) one.destroy();
      norm.destroy();
      inline.statistics!.destroy();
    },
  };
}
