/** `npm run lab`: trains the networks, goes on where it was interrupted, and draws the report of what is finished. */
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { missing } from "./data/data.ts";
import { fullPlan, nameOf, quickPlan } from "./grid/plans.ts";
import { find, folderOf, store } from "./grid/results.ts";
import { runAll } from "./grid/workers.ts";
import { showProgress } from "./progress.ts";
import { writeReport } from "./report/report.ts";

interface Options {
  readonly quick?: true;
  readonly report?: true;
  readonly workers: number;
}

const options = new Command("lab")
  .description(
    "Trains small convolutional networks with generated kernels, and draws the figures of the papers.",
  )
  .option("--quick", "a small grid, in at most three minutes on two cores")
  .option("--report", "only draw the report of the runs that are finished")
  .option(
    "--workers <count>",
    "how many runs go side by side, one on each thread",
    count,
    availableParallelism(),
  )
  .parse()
  .opts<Options>();

const absent = missing("fashion");
if (absent !== undefined) process.stderr.write(`${absent}; only digits are trained on\n`);
const plan = (options.quick ? quickPlan : fullPlan)(absent === undefined);
const folder = folderOf(plan);
const waiting = plan.runs.filter((run) => find(folder, run) === undefined);

let stopped = false;
if (options.report === undefined && waiting.length > 0) {
  const shown = showProgress(plan.runs.length, plan.runs.length - waiting.length);
  const stop = new AbortController();
  // A terminal signals npm and this process, and npm passes it on: it comes twice.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      stopped = true;
      stop.abort();
    });
  try {
    await runAll(waiting, {
      workers: options.workers,
      onStart: (run) => shown.start(nameOf(run)),
      onResult(result) {
        store(folder, result);
        shown.finish(nameOf(result.run));
      },
      signal: stop.signal,
    });
  } finally {
    shown.stop();
  }
}

const results = plan.runs.flatMap((run) => find(folder, run) ?? []);
process.stdout.write(`${await writeReport(plan, results)}\n`);
if (stopped) process.exit(130);

function count(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1))
    throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}
