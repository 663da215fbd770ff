/** Runs the jobs of `normc tune` one after the other and writes each result to the file at once. */

import { version } from "../../../program/compiler-version.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { type ProgramResults, type TuningResult, withResult } from "../../../tuning/file/tuning-file.ts";
import { type AdapterFacts, sameAdapter } from "../../../tuning/file/tuning-key.ts";
import { variantText } from "../../../tuning/measure/variant-text.ts";
import { strategyOf } from "../../../tuning/search/strategy.ts";
import { feedsAfter } from "../../workbench/time-steps.ts";
import { type JobResult, runJob, WrongDefault } from "../../workbench/tune-kernel.ts";
import type { Workplace } from "../../workbench/workbench.ts";
import { readOrEmpty, writeTuningFile } from "../files/read-tuning-file.ts";
import { say } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import { keyOf, type TuneJob } from "./jobs.ts";
import type { Row } from "./table.ts";

export interface TuneRun {
  readonly place: Workplace;
  readonly facts: AdapterFacts;
  readonly budgetMs: number;
  readonly out: string;
}

/**
 * A row for each job by its key, except for those that the device cannot run and those whose default variant is wrong.
 * `refused` counts the former, `wrong` the wrong variants.
 */
export async function runJobs(
  run: TuneRun,
  jobs: readonly TuneJob[],
): Promise<{ readonly rows: ReadonlyMap<string, Row>; readonly wrong: number; readonly refused: number }> {
  const rows = new Map<string, Row>();
  let wrong = 0;
  let refused = 0;
  for (const [i, job] of jobs.entries()) {
    const known = freshResult(run, job);
    if (known !== undefined) {
      rows.set(keyOf(job), { job, result: known, found: undefined });
      continue;
    }
    const found = await withinLimits(job, async () =>
      tuneOne(run, await withFeeds(run, job, rows), `${i + 1} of ${jobs.length}`),
    );
    if (found === "refused") {
      refused++;
      continue;
    }
    if (found === undefined) {
      wrong++;
      continue;
    }
    wrong += reportDefects(job, found);
    const result = resultOf(job, found);
    rows.set(keyOf(job), { job, result, found });
    file(run, job, result);
  }
  return { rows, wrong, refused };
}

/** Says so if the device is too small for a job. The others go on. */
async function withinLimits<T>({ title }: TuneJob, work: () => Promise<T>): Promise<T | "refused"> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NormError && error.code === "N508")) throw error;
    say(`not tuned: ${title}: ${error.code}: ${error.message}`);
    return "refused";
  }
}

/** Runs after each result, so that an interrupted run continues where it stopped. It keeps what others wrote meanwhile. */
export function file({ out, facts }: TuneRun, job: TuneJob, result: TuningResult): void {
  const text = withResult(readOrEmpty(out), facts, { ...job, compiler: version }, job.bucket, result);
  writeTuningFile(out, text);
}

/** The backward pass is tried with the values that the forward pass saved. */
async function withFeeds({ place }: TuneRun, job: TuneJob, rows: ReadonlyMap<string, Row>): Promise<TuneJob> {
  if (job.after === undefined) return job;
  const choices = rows.get(keyOf(job.after))?.result.choices ?? new Map();
  const feeds = await feedsAfter(place.current().device, { sized: job.after.sized, choices }, job.sized);
  return { ...job, sized: { ...job.sized, feeds } };
}

/** The result of a job in the file, if it still holds. Says so if it does not. */
function freshResult({ out, facts }: TuneRun, job: TuneJob): TuningResult | undefined {
  for (const adapter of readOrEmpty(out).adapters.values()) {
    if (!sameAdapter(adapter.facts, facts)) continue;
    const program = adapter.programs.get(job.name);
    const result = program?.results.get(job.bucket);
    if (program === undefined || result === undefined) continue;
    const stale = staleness(program, job);
    if (stale === undefined) return result;
    say(`${job.title}: the result in the file is ignored: ${stale}`);
  }
  return undefined;
}

function staleness({ hash, compiler }: ProgramResults, job: TuneJob): string | undefined {
  if (hash !== job.hash) return "it belongs to other kernels";
  return compiler === version ? undefined : `it was measured with normc ${compiler}`;
}

async function tuneOne(
  { place, budgetMs }: TuneRun,
  job: TuneJob,
  which: string,
): Promise<JobResult | undefined> {
  const steps = 100;
  const shown = progress(steps);
  const start = performance.now();
  let done = 0;
  try {
    return await runJob(place, job.graph, job.sized, {
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

/** A wrong variant never wins, and it is always reported. */
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
