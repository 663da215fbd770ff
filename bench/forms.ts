/**
 * `npm run bench:forms`: times forms of the language beside the plain norm that they extend, and beside a copy of their
 * bytes, in turn. Writes bench/results/forms.md. The cases are in `form-cases.ts`.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { compileGraph } from "../src/compile/passes.ts";
import { giveWay, openDevice } from "../src/tools/device/index.ts";
import { chainOf } from "../src/tuning/measure/chain.ts";
import { chooseClock } from "../src/tuning/measure/choose-clock.ts";
import { wallClock } from "../src/tuning/measure/clock.ts";
import { slopes } from "../src/tuning/measure/slope.ts";
import { spreadOf } from "../src/tuning/measure/spread.ts";
import { prepareTimedNorm, type TimedNorm } from "../src/tuning/measure/timed-norm.ts";
import { fastestCopy } from "./fastest-copy.ts";
import { type Form, forms, type Layer } from "./form-cases.ts";
import { thisMachine } from "./machine.ts";
import { openMemcpy } from "./memcpy.ts";
import { pathOf } from "./results.ts";

const rounds = 15;
const only = process.argv[2];
const lines: string[] = [];

for (const adapter of ["auto", "swiftshader"]) {
  const opened = await openDevice({ adapter });
  if (opened === undefined) {
    process.stderr.write(`no ${adapter} device\n`);
    continue;
  }
  if (opened.kind === "software") giveWay();
  lines.push(
    "",
    `## ${opened.adapter}`,
    "",
    "| form | ÷ plain norm | quartiles | allowed | ÷ copy | quartiles | allowed | ÷ memcpy | quartiles |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  );
  for (const form of forms.filter(({ name }) => only === undefined || name.includes(only))) {
    const line = await lineOf(opened.device, opened.kind === "software", form);
    process.stderr.write(`${line}\n`);
    lines.push(line);
  }
  await opened.close();
}

const { processor, cores, system, node, load } = thisMachine();
const head = [
  "# Forms of the language: times",
  "",
  `Made by \`npm run bench:forms\`. ${processor}, ${cores} cores, ${system}, Node ${node}; load before: ${load.toFixed(1)}.`,
  "",
  `Medians and quartiles of ${rounds} ratios, each of two times measured one after the other. A copy moves the bytes of the`,
  "form: each input read once, each output written once. It is the fastest of several kernels; memcpy moves them on all cores.",
];
const text = `${[...head, ...lines].join("\n")}\n`;
if (only === undefined) writeFileSync(pathOf("forms", "md"), text);
else process.stdout.write(text);

async function lineOf(device: GPUDevice, software: boolean, form: Form): Promise<string> {
  const layer = await prepare(device, form.layer);
  const plain = form.plain === undefined ? undefined : await prepare(device, form.plain.layer);
  const clock = software ? wallClock(device) : await chooseClock(device);
  const bytes = form.bytes ?? layer.bytes;
  const copy = await fastestCopy(device, clock, bytes);
  const memcpy = software ? await openMemcpy(bytes, availableParallelism()) : undefined;
  try {
    const next = await slopes(chainOf(clock, layer.record));
    const nextPlain = plain && (await slopes(chainOf(clock, plain.record)));
    const nextCopy = await slopes(chainOf(clock, copy.record));
    const nextMemcpy = memcpy && (await slopes(memcpy.timed));
    const toPlain: number[] = [];
    const toCopy: number[] = [];
    const toMemcpy: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const time = await next();
      if (nextPlain !== undefined) toPlain.push(time / (await nextPlain()));
      toCopy.push(time / (await nextCopy()));
      if (nextMemcpy !== undefined) toMemcpy.push(time / (await nextMemcpy()));
    }
    const ofPlain = cells(toPlain, form.plain?.allowed);
    return `| ${form.name} | ${ofPlain} | ${cells(toCopy, form.copies)} | ${spread(toMemcpy)} |`;
  } finally {
    layer.destroy();
    plain?.destroy();
    copy.destroy();
    memcpy?.close();
  }
}

/** The median, the quartiles, and what is allowed. */
function cells(ratios: readonly number[], allowed: number | undefined): string {
  return `${spread(ratios)} | ${allowed ?? ""}`;
}

function spread(ratios: readonly number[]): string {
  if (ratios.length === 0) return " | ";
  const { median, quartiles } = spreadOf(ratios);
  return `${median.toFixed(2)} | ${quartiles.map((one) => one.toFixed(2)).join("–")}`;
}

function prepare(device: GPUDevice, { graph, dims, params = {}, feeds = {} }: Layer): Promise<TimedNorm> {
  const { program } = compileGraph(graph);
  return prepareTimedNorm(device, program, { dims, params, feeds, dtype: "f32" });
}
