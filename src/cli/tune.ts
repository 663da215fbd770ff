/** `normc tune`: measures the variants of norms on a device and keeps the best in a file. */
import { openDevice } from "../device/open.ts";
import { variantText } from "../measure/variant-text.ts";
import type { Storage } from "../program/program.ts";
import { version } from "../program/version.ts";
import {
  mergeTuning,
  type ProgramResults,
  type TuningFile,
  type TuningResult,
  withResult,
} from "../tune/file.ts";
import { type AdapterFacts, adapterFacts, adapterName, sameAdapter } from "../tune/key.ts";
import { reasonsOf } from "../tune/space.ts";
import { strategyOf } from "../tune/strategy.ts";
import { type JobResult, runJob, WrongDefault } from "../tuner/job.ts";
import { parseShard, shardOf } from "../tuner/shard.ts";
import { openWorkplace, type Workplace } from "../tuner/workplace.ts";
import { CommandError, type ExitCode } from "./failure.ts";
import { print, printJson, say } from "./output.ts";
import { progress } from "./progress.ts";
import { parseSettings } from "./settings.ts";
import { resolveSpec } from "./specs.ts";
import { type JobWish, jobOf, type TuneJob } from "./tune-jobs.ts";
import { type Row, tableText } from "./tune-table.ts";
import { readOrEmpty, readTuningFile, writeTuningFile } from "./tuning-file.ts";

export interface TuneOptions {
  readonly shape: readonly string[];
  readonly set: readonly string[];
  readonly mode?: string;
  readonly grad?: boolean;
  readonly dtype: Storage;
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
  const all = await jobsOf(specs, options);
  const jobs = shardOf(all, (job) => `${job.name} ${job.bucket} ${job.at}`, shard);
  let file = readOrEmpty(options.out);

  const place = await openWorkplace(async () => {
    const reasons: string[] = [];
    const opened = await openDevice({ adapter: options.adapter, onMiss: (reason) => reasons.push(reason) });
    if (opened === undefined) throw new CommandError(3, `no WebGPU device: ${reasons.join("; ")}`);
    return opened;
  });
  try {
    const facts = adapterFacts(place.current().device);
    const rows: Row[] = [];
    let wrong = 0;
    for (const [i, job] of jobs.entries()) {
      const known = freshResult(file, facts, job);
      if (known !== undefined) {
        rows.push({ job, result: known, found: undefined });
        continue;
      }
      const found = await tuneOne(place, job, budgetMs, `${i + 1} of ${jobs.length}`);
      if (found === undefined) {
        wrong++;
        continue;
      }
      wrong += reportDefects(job, found);
      const result = resultOf(job, found);
      rows.push({ job, result, found });
      // After each, so that an interrupted run goes on where it stopped. What others have written since is kept.
      file = withResult(readOrEmpty(options.out), facts, { ...job, compiler: version }, job.bucket, result);
      writeTuningFile(options.out, file);
    }
    show(rows, place, options);
    if (options.report !== undefined) {
      const { writeReport } = await import("./tune-report.ts");
      writeReport(options.report, place.current().adapter, rows);
    }
    return wrong > 0 ? 1 : 0;
  } finally {
    await place.close();
  }
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

async function jobsOf(specs: readonly string[], options: TuneOptions): Promise<readonly TuneJob[]> {
  const params = parseSettings(options.set);
  const wishes: JobWish[] = [];
  const common = { mode: options.mode, grad: options.grad === true, dtype: options.dtype };
  if (options.model !== undefined) {
    const { modelWishes } = await import("./shapes.ts");
    wishes.push(...(await modelWishes(options.model, options.dim)).map((one) => ({ ...common, ...one })));
  }
  // Shapes of one spec are divided by semicolons, or are given one after the other where an axis comes again.
  const shapes = options.shape
    .join(";")
    .split(";")
    .filter((one) => one.trim() !== "");
  for (const name of specs) {
    const spec = resolveSpec(name);
    for (const shape of shapes) wishes.push({ ...common, spec, shape: [shape], params });
  }
  if (specs.length > 0 && shapes.length === 0)
    throw new CommandError(2, "--shape is missing: what extents to tune for");
  if (specs.length === 0 && options.model === undefined) {
    throw new CommandError(2, "nothing to tune: name a spec with --shape, or a model with --model");
  }
  const jobs = new Map<string, TuneJob>();
  for (const wish of wishes) {
    const job = await jobOf(wish);
    const key = `${job.name} ${job.bucket}`;
    if (!jobs.has(key)) jobs.set(key, job);
  }
  return [...jobs.values()];
}

/** What the file knows of a job, if that is still so; a word on what it once knew. */
function freshResult(file: TuningFile, facts: AdapterFacts, job: TuneJob): TuningResult | undefined {
  for (const adapter of file.adapters.values()) {
    if (!sameAdapter(adapter.facts, facts)) continue;
    const program = adapter.programs.get(job.name);
    const result = program?.results.get(job.bucket);
    if (program === undefined || result === undefined) continue;
    const stale = staleness(program, job);
    if (stale === undefined) return result;
    say(`${job.title}: what the file has is ignored: ${stale}`);
  }
  return undefined;
}

function staleness({ hash, compiler }: ProgramResults, job: TuneJob): string | undefined {
  if (hash !== job.hash) return "its kernels were others";
  return compiler === version ? undefined : `it was measured with normc ${compiler}`;
}

async function tuneOne(
  place: Workplace,
  job: TuneJob,
  budgetMs: number,
  which: string,
): Promise<JobResult | undefined> {
  const steps = 100;
  const shown = progress(steps);
  const start = performance.now();
  let done = 0;
  try {
    return await runJob(place, job.graph, job.subject, {
      budgetMs,
      onTried(_, tried, best) {
        const due = Math.min(steps - 1, Math.round((steps * (performance.now() - start)) / budgetMs));
        const text = `${which} ${job.title}: ${strategyOf(tried.variant)}; best so far ${best.factor.toFixed(2)} × the default`;
        do shown.step(text);
        while (++done < due);
      },
    });
  } catch (error) {
    if (!(error instanceof WrongDefault)) throw error;
    say(`this is a defect of normc, please report it: ${job.title}: ${error.message}`);
    return undefined;
  } finally {
    shown.done();
  }
}

/** A wrong variant never wins, and is not passed over in silence. */
function reportDefects({ title }: TuneJob, { kernels }: JobResult): number {
  const wrong = kernels.flatMap(({ kernel, result }) =>
    result.tried.flatMap((one) =>
      "refused" in one && one.wrong === true
        ? [`kernel ${kernel}, ${variantText(one.variant, null, 1)}: ${one.refused}`]
        : [],
    ),
  );
  for (const text of wrong) say(`this is a defect of normc, please report it: ${title}: ${text}`);
  return wrong.length;
}

function resultOf({ at }: TuneJob, { choices, ms, defaultMs, copyMs, kernels }: JobResult): TuningResult {
  const rounded = (value: number): number => Number(value.toPrecision(4));
  return {
    choices,
    at,
    ms: rounded(ms),
    defaultMs: rounded(defaultMs),
    copyMs: rounded(copyMs),
    measured: kernels.reduce((sum, { result }) => sum + result.tried.length, 0),
    space: kernels.reduce((sum, { space }) => sum + space.variants.length, 0),
  };
}

function show(rows: readonly Row[], place: Workplace, { out, json, explain }: TuneOptions): void {
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
    });
    return;
  }
  print(`on ${adapter}`);
  print(tableText(rows));
  if (explain) for (const row of rows) explainRow(row);
  const kept = rows.filter((one) => one.found === undefined).length;
  if (kept > 0) print(`${kept} of ${rows.length} were in ${out} already and not measured`);
}

function explainRow({ job, found }: Row): void {
  for (const { kernel, space, result } of found?.kernels ?? []) {
    print(
      `\n${job.title}, kernel ${kernel}: ${space.variants.length} variants, ${result.tried.length} tried: ${result.ended}`,
    );
    for (const { reason, variants } of result.skipped) print(`  ${variants.length} not measured: ${reason}`);
    for (const [reason, count] of reasonsOf(space.pruned)) print(`  ${count} left out: ${reason}`);
  }
}

function parseBudget(text: string): number {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim()) ?? [];
  const ms = Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
  if (!(ms > 0))
    throw new CommandError(2, `--budget: expected a time, such as 10s, 500ms or 2m, given \`${text}\``);
  return ms;
}
