/** `normc tune`: measures the variants of norms on a device and keeps the best in a file. */

import { mergeTuning } from "../../../tuning/file/tuning-file.ts";
import { adapterFacts, adapterName } from "../../../tuning/file/tuning-key.ts";
import { reasonsOf } from "../../../tuning/search/space.ts";
import { giveWay, openDevice } from "../../device/index.ts";
import { parseShard, shardOf } from "../../workbench/shard.ts";
import { openWorkplace, type Workplace } from "../../workbench/workbench.ts";
import type { DtypeChoice } from "../arguments/dtype-choice.ts";
import { readSizes } from "../arguments/settings.ts";
import { shapeText } from "../arguments/shape.ts";
import { graphOf, missingMode, resolveSpec, type Spec } from "../arguments/specs.ts";
import { refuseSameFile, refuseUnwritable } from "../files/outputs.ts";
import { readTuningFile, writeTuningFile } from "../files/read-tuning-file.ts";
import { CommandError, type ExitCode, InputError } from "../terminal/failure.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { type JobWish, keyOf, type TuneJob, type TuneSave, type TuneTask, taskOf } from "./jobs.ts";
import { runJobs, type TuneRun } from "./run-jobs.ts";
import { compareSteps, type StepRow, stepJson, stepText } from "./run-steps.ts";
import { type Row, tableText } from "./table.ts";

export interface TuneOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly mode?: string;
  readonly grad?: boolean;
  readonly save: TuneSave;
  readonly dtypes: readonly DtypeChoice[];
  readonly adapter: string;
  readonly budget: string;
  readonly out: string;
  readonly shard?: string;
  readonly merge?: readonly string[];
  readonly model?: string;
  readonly dim: readonly string[];
  readonly report?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export async function tune(specs: readonly string[], options: TuneOptions): Promise<ExitCode> {
  if (options.merge !== undefined) return merge(options.merge, options);
  const budgetMs = parseBudget(options.budget);
  const shard = options.shard === undefined ? { index: 1, count: 1 } : parseShard(options.shard);
  if (shard === undefined)
    throw new CommandError(2, `--shard: expected I/N, such as 2/8, given \`${options.shard}\``);
  const tasks = shardOf(await tasksOf(specs, options), ({ key }) => key, shard);
  refuseOutputs(options);
  const place = await openWorkplace(async () => {
    const reasons: string[] = [];
    const opened = await openDevice({ adapter: options.adapter, onMiss: (reason) => reasons.push(reason) });
    if (opened === undefined) throw new CommandError(3, `no WebGPU device: ${reasons.join("; ")}`, "N641");
    return opened;
  });
  if (place.current().kind === "software") giveWay();
  try {
    const facts = adapterFacts(place.current().device);
    const run: TuneRun = { place, facts, budgetMs, out: options.out };
    const jobs = new Map(tasks.flatMap((task) => task.jobs).map((job) => [keyOf(job), job]));
    const { rows: found, wrong, refused } = await runJobs(run, [...jobs.values()]);
    const steps = await compareSteps(run, tasks, found);
    const rows = [...found.values()];
    show(rows, steps, place, options);
    if (options.report !== undefined) {
      const { writeReport } = await import("./report.ts");
      writeReport(options.report, place.current().adapter, rows);
    }
    if (wrong > 0) return 1;
    return refused > 0 ? 3 : 0;
  } finally {
    await place.close();
  }
}

/** Before anything is measured: minutes of work would be lost. */
function refuseOutputs({ out, report, model }: TuneOptions): void {
  refuseUnwritable(out);
  if (report === undefined) return;
  refuseUnwritable(report);
  refuseSameFile("--report", report, {
    "the tuning file": out,
    ...(model === undefined ? {} : { "the model": model }),
  });
}

function merge(paths: readonly string[], { out, json }: TuneOptions): ExitCode {
  const file = paths.map(readTuningFile).reduce(mergeTuning);
  writeTuningFile(out, file);
  const adapters = [...file.adapters.values()];
  const count = adapters
    .flatMap((one) => [...one.programs.values()])
    .reduce((sum, one) => sum + one.results.size, 0);
  if (json) printJson({ out, adapters: adapters.length, results: count });
  else say(`${out}: ${count} results for ${adapters.length} adapters`);
  return 0;
}

async function tasksOf(specs: readonly string[], options: TuneOptions): Promise<readonly TuneTask[]> {
  const wishes: JobWish[] = [];
  const ofModel: JobWish[] = [];
  const { mode, grad = false, save } = options;
  const commons = options.dtypes.map((dtype) => ({ mode, grad, save, dtype }));
  if (options.model !== undefined) {
    const { modelWishes } = await import("./model-shapes.ts");
    const layers = await modelWishes(options.model, options.dim);
    ofModel.push(...commons.flatMap((common) => layers.map((one) => ({ ...common, ...one }))));
  }
  // Semicolons separate the shapes of one spec.
  const shapes = options.shape
    .join(";")
    .split(";")
    .filter((one) => one.trim() !== "");
  const found = specs.map(resolveSpec);
  for (const spec of found) {
    const graph = graphOf(spec.norm, mode);
    if (graph === undefined) throw new CommandError(2, missingMode(spec.norm, String(mode)));
    const set = settingsOf(spec, found, options.set);
    for (const shape of shapes) {
      const sizes = readSizes({ shape: [shape], set }, graph);
      wishes.push(...commons.map((common) => ({ ...common, spec, sizes })));
    }
  }
  if (specs.length > 0 && shapes.length === 0)
    throw new CommandError(2, "--shape is missing: it gives the extents to tune for");
  if (specs.length === 0 && options.model === undefined) {
    throw new CommandError(2, "nothing to tune: name a spec with --shape, or a model with --model");
  }
  const tasks = new Map<string, TuneTask>();
  for (const task of [...(await tasksThatFit(ofModel)), ...(await Promise.all(wishes.map(taskOf)))]) {
    // If several extents share a result, the first ones are measured.
    const [{ name, bucket }] = task.jobs as [TuneJob];
    if (!tasks.has(`${name} ${bucket}`)) tasks.set(`${name} ${bucket}`, task);
  }
  return [...tasks.values()];
}

/** Of several specs, each takes the params that it has. One that none has is a mistake. */
function settingsOf(spec: Spec, all: readonly Spec[], words: readonly string[]): readonly string[] {
  const has = ({ norm }: Spec, word: string): boolean => {
    const name = word.split("=")[0]!.trim();
    return norm.graphs.some((graph) => graph.params.some((one) => one.name === name));
  };
  return words
    .flatMap((word) => word.split(","))
    .filter((word) => has(spec, word) || !all.some((one) => has(one, word)));
}

/** A layer of a model that its norm refuses keeps no other layer from being tuned. */
async function tasksThatFit(wishes: readonly JobWish[]): Promise<readonly TuneTask[]> {
  const tasks: TuneTask[] = [];
  for (const wish of wishes) {
    try {
      tasks.push(await taskOf(wish));
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof InputError)) throw error;
      const shape = shapeText(Object.fromEntries(wish.sizes.extents));
      const code = error instanceof CommandError && error.code !== undefined ? `${error.code}: ` : "";
      say(`not tuned: ${wish.spec.norm.name} ${shape}: ${code}${error.message}`);
    }
  }
  if (wishes.length > 0 && tasks.length === 0)
    throw new CommandError(1, "the model has no layer that can be tuned");
  return tasks;
}

function show(
  rows: readonly Row[],
  steps: readonly StepRow[],
  place: Workplace,
  { out, json, explain }: TuneOptions,
): void {
  const { adapter } = place.current();
  if (json) {
    printJson({
      adapter,
      key: adapterName(adapterFacts(place.current().device)),
      out,
      results: rows.map(({ job, result, found }) => ({
        spec: job.name,
        bucket: job.bucket,
        ...result,
        choices: Object.fromEntries(result.choices),
        fresh: found === undefined,
        ended: found?.kernels.map(({ result }) => result.ended),
      })),
      ...(steps.length === 0 ? {} : { steps: steps.map(stepJson) }),
    });
    return;
  }
  print(`on ${adapter}`);
  print(tableText(rows));
  for (const step of steps) print(stepText(step));
  if (explain) for (const row of rows) explainRow(row);
  const kept = rows.filter((one) => one.found === undefined).length;
  if (kept > 0) print(`${kept} of ${rows.length} were already in ${out} and were not measured`);
}

function explainRow({ job, found }: Row): void {
  for (const { kernel, space, result } of found?.kernels ?? []) {
    print(
      `\n${job.title}, kernel ${kernel}: ${space.variants.length} variants, ${result.tried.length} tried: ${result.ended}`,
    );
    for (const { reason, variants } of result.skipped) print(`  ${variants.length} not measured: ${reason}`);
    for (const [reason, count] of reasonsOf(space.pruned)) print(`  ${count} not tried: ${reason}`);
  }
}

function parseBudget(text: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim()) ?? [];
  const ms = Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
  if (!(ms > 0))
    throw new CommandError(2, `--budget: expected a time, such as 10s, 500ms or 2m, given \`${text}\``);
  return ms;
}
