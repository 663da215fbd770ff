/**
 * `npm run bench:dynamic`: what open extents cost. Each case runs with fixed extents and with its outer axis left open, in
 * turn; the median of the ratios of neighbours is written to `results/dynamic.md`. Also counts the pipelines that 200
 * batch sizes compile.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { compileGraph } from "../src/compile/passes.ts";
import { checkFile } from "../src/language/check/check.ts";
import type { Program } from "../src/program/program.ts";
import { createNorm, dynamic, type Norm } from "../src/runtime/webgpu/index.ts";
import { openDevice } from "../src/tools/device/index.ts";
import { median } from "../src/tuning/measure/spread.ts";
import { type BenchCase, cases, library } from "./cases.ts";

const rounds = Number(process.env.ROUNDS ?? 15);
/** Encodes of a run. */
const each = 3;
/** The largest extent of the axis that is left open, beside the one that is timed. */
const room = 2;

function programFor({ op }: BenchCase): Program {
  const { file, norm, mode } = library[op];
  const read = (path: string): { path: string; text: string } => ({
    path,
    text: readFileSync(new URL(`../library/${path}`, import.meta.url), "utf8"),
  });
  const { norms } = checkFile(
    read(`${file}.norm`),
    (path) => read(path.replace("./", "")),
    () => {},
  );
  const graph = norms.find((one) => one.name === norm)!.graphs.find((one) => one.mode === mode)!;
  return compileGraph(graph).program;
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Dawn polls in every turn of the event loop, which would count too. */
function nap(): void {
  Atomics.wait(never, 0, 0, 0.5);
  setImmediate(nap).unref();
}

/** Processor time in µs, of which other work on the machine takes none. Software adapters compute on the processor. */
async function timeOf(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const encoder = device.createCommandEncoder();
  for (let i = 0; i < each; i++) record(encoder);
  const commands = encoder.finish();
  const start = process.cpuUsage();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** The median of ratios open ÷ fixed of neighbours. @param most the largest extent of the open axis. */
async function ratioOf(device: GPUDevice, one: BenchCase, most: number): Promise<number> {
  const program = programFor(one);
  const { input } = library[one.op];
  const [outer = 1, ...inner] = one.shape;
  const axis = program.tensors.find(({ name }) => name === input)!.dims[0]!;
  const groups = program.params.some(({ name }) => name === "G");
  const params: Record<string, number> = groups ? { G: one.groups } : {};
  const fixed = await createNorm(device, program, { dims: { [input]: one.shape }, params });
  const open = await createNorm(device, program, { dims: { [input]: [dynamic(most), ...inner] }, params });
  const buffers = Object.fromEntries(
    Object.entries(fixed.tensors).map(([name, tensor]) => [name, tensor.createBuffer()]),
  );
  const run = (norm: Norm, extents?: Record<string, number>): Promise<number> =>
    timeOf(device, (encoder) => norm.encode(encoder, buffers, extents));
  await run(fixed);
  await run(open, { [axis]: outer });
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await run(fixed);
    const between = await run(open, { [axis]: outer });
    const after = await run(fixed);
    ratios.push(between / ((before + after) / 2));
  }
  for (const buffer of Object.values(buffers)) buffer.destroy();
  fixed.destroy();
  open.destroy();
  return median(ratios);
}

/** How many pipelines a norm with an open batch compiles for 200 batch sizes. */
async function pipelinesOf(device: GPUDevice): Promise<number> {
  let compiled = 0;
  const original = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    compiled++;
    return original(descriptor);
  };
  const program = programFor(cases[7]!);
  const norm = await createNorm(device, program, { dims: { x: [dynamic(200), 32, 8, 8] }, params: { G: 8 } });
  const x = norm.tensors.x!.createBuffer();
  const y = norm.tensors.y!.createBuffer();
  const encoder = device.createCommandEncoder();
  for (let n = 1; n <= 200; n++) norm.encode(encoder, { x, y }, { N: n });
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  device.createComputePipelineAsync = original;
  norm.destroy();
  return compiled;
}

nap();
const lines: string[] = [];
for (const adapter of ["auto", "swiftshader"]) {
  const opened = await openDevice({ adapter });
  if (opened === undefined) continue;
  const { device } = opened;
  lines.push(
    `## ${opened.adapter}`,
    "",
    "| case | open, largest = given | open, largest = 2 × given |",
    "| --- | --- | --- |",
  );
  for (const one of cases) {
    const outer = one.shape[0]!;
    const same = await ratioOf(device, one, outer);
    const roomy = await ratioOf(device, one, room * outer);
    lines.push(`| ${one.name} | ${same.toFixed(2)} | ${roomy.toFixed(2)} |`);
    process.stderr.write(`${lines.at(-1)}\n`);
  }
  lines.push(
    "",
    `Pipelines that 200 batch sizes of a group norm (one kernel) compile: ${await pipelinesOf(device)}.`,
    "",
  );
  await opened.close();
}
const head = `# Open extents

Processor time with the outer axis left open ÷ that with fixed extents: the median of ${rounds} ratios, each of one run between
two of the other. Made by \`npm run bench:dynamic\`.
`;
writeFileSync(new URL("results/dynamic.md", import.meta.url), `${head}\n${lines.join("\n")}`);
