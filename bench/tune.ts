/**
 * `npm run bench:tune`: how good the tuner is. For each of the ten cases and each adapter it runs the tuner. Then it
 * reads every variant of the space three times, each in turn with the default. A heat of the fastest few decides which
 * variant is the best of the exhaustive search. A final times the default, the tuned and this best variant in turn, and
 * the table compares its times. It does not use the times of the heat: the least of ten medians is partly least by
 * luck.
 *
 * Each case is written when it is done, and an interrupted run continues where it stopped. `--again` keeps the results
 * of the exhaustive search as long as the kernels are the same, and repeats the tuner and the final.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { compileGraph } from "../src/compile/passes.ts";
import type { Graph } from "../src/graph/tensor/graph.ts";
import { checkFile } from "../src/language/check/check.ts";
import { traitsOf } from "../src/runtime/variants/traits.ts";
import type { ChooseVariant, Variant } from "../src/runtime/webgpu/index.ts";
import { giveWay, openDevice } from "../src/tools/device/index.ts";
import { runJob } from "../src/tools/workbench/tune-kernel.ts";
import { openWorkplace } from "../src/tools/workbench/workbench.ts";
import { choiceOf, chooserOf } from "../src/tuning/file/choices.ts";
import type { Choice } from "../src/tuning/file/tuning-file.ts";
import { programHash } from "../src/tuning/file/tuning-key.ts";
import { geometricMean, median } from "../src/tuning/measure/spread.ts";
import { variantText } from "../src/tuning/measure/variant-text.ts";
import { worksOf } from "../src/tuning/search/search-program.ts";
import { spaceOf } from "../src/tuning/search/space.ts";
import { variantKey } from "../src/tuning/search/strategy.ts";
import { startTurns } from "../src/tuning/search/turns.ts";
import { type Stopwatch, startStopwatch } from "../src/tuning/trial/stopwatch.ts";
import {
  makeTrialBuffers,
  type SizedProgram,
  type Trial,
  type TrialBuffers,
} from "../src/tuning/trial/trial-buffers.ts";
import { type BenchCase, cases, library } from "./cases.ts";
import { thisMachine } from "./machine.ts";
import { benchProgress } from "./progress.ts";

interface CaseResult {
  readonly adapter: string;
  readonly name: string;
  readonly space: number;
  readonly measured: number;
  readonly seconds: number;
  readonly ended: string;
  /** Medians of the final, in milliseconds. */
  readonly defaultMs: number;
  readonly tunedMs: number;
  readonly bestMs: number;
  readonly tuned: string;
  readonly best: string;
  /** The fastest few of the exhaustive search, and the hash of the kernels that it measured. */
  readonly ranked: readonly Choice[];
  readonly hash: string;
}

/** How many variants of the exhaustive search take part in the heat, and how often each is timed there. */
const taken = 8;
const heatTurns = 15;

const place = (name: string): URL => new URL(`./results/${name}`, import.meta.url);

const options = new Command("npm run bench:tune --")
  .description("The tuner beside an exhaustive search, over the ten cases.")
  .option("--adapter <name...>", "these adapters", ["lavapipe", "swiftshader"])
  .option("--only <regex>", "only cases whose name matches")
  .option("--budget <seconds>", "of the tuner", Number, 30)
  .option("--finals <n>", "readings of each in the final", Number, 51)
  .option("--again", "only the tuner and the final, where the exhaustive search was done")
  .option("--out <name>", "name of the files in bench/results", "tune")
  .addHelpText(
    "after",
    "\nAbout an hour for all on two cores; what is done is kept, start it again to go on.",
  )
  .parse()
  .opts<{
    adapter: string[];
    only?: string;
    budget: number;
    finals: number;
    again?: boolean;
    out: string;
  }>();

const json = place(`${options.out}.json`);
let done: readonly CaseResult[] = existsSync(json) ? JSON.parse(readFileSync(json, "utf8")).results : [];
const only = options.only === undefined ? undefined : new RegExp(options.only, "i");
const chosen = cases.filter(({ name }) => only === undefined || only.test(name));
const shown = benchProgress(chosen.length * options.adapter.length);
for (const adapter of options.adapter) {
  const workplace = await openWorkplace(async () => {
    const reasons: string[] = [];
    const opened = await openDevice({ adapter, onMiss: (reason) => reasons.push(reason) });
    if (opened === undefined) throw new Error(`no ${adapter}: ${reasons.join("; ")}`);
    return opened;
  });
  giveWay();
  for (const one of chosen) {
    shown.start(`${one.name} on ${adapter}`);
    const known = done.find((other) => other.adapter === adapter && other.name === one.name);
    const result = known !== undefined && !options.again ? known : await compare(one, adapter, known);
    done = [...done.filter((other) => other !== known), result];
    write();
    shown.finish(
      `tuned ${(result.tunedMs / result.bestMs).toFixed(3)} of the best, ${(result.defaultMs / result.tunedMs).toFixed(2)} x the default`,
    );
  }
  await workplace.close();

  async function compare(
    { name, ...one }: BenchCase,
    adapter: string,
    earlier: CaseResult | undefined,
  ): Promise<CaseResult> {
    const { graph, sized } = sizedOf({ name, ...one });
    const { device } = workplace.current();
    const start = performance.now();
    shown.detail("tuning");
    const found = await runJob(workplace, graph, sized, { budgetMs: 1000 * options.budget });
    const seconds = (performance.now() - start) / 1000;
    const [{ kernel }] = found.kernels as [(typeof found.kernels)[0]];
    if (found.kernels.length !== 1) throw new Error(`${name} has several kernels: this compares one`);
    const buffers = makeTrialBuffers(device, sized);
    const work = worksOf(sized.program, buffers.shapes, device, new Map()).get(kernel)!;
    const { variants } = spaceOf(work, traitsOf(device), device.limits);
    const chooserFor = (variant: Variant): ChooseVariant => chooserOf(new Map([[kernel, choiceOf(variant)]]));
    const initial = await buffers.prepare(chooserFor(variants[0]!));
    const watch = await startStopwatch(device, initial.record);
    const hash = await programHash(sized.program);
    const ranked =
      earlier?.hash === hash
        ? earlier.ranked.map((choice): Variant => ({ ...choice, reason: "tuned" }))
        : (await exhaustive(buffers, watch, initial, variants, chooserFor)).slice(0, taken);
    const tunedVariant = found.kernels[0]!.result.best;
    shown.detail("the heat");
    const entrants = [variants[0]!, tunedVariant, ...ranked];
    const heat = await compete(buffers, watch, entrants, chooserFor, heatTurns);
    const best = entrants.reduce((a, b) => (heat(a) <= heat(b) ? a : b));
    shown.detail("the final");
    const timeOf = await compete(
      buffers,
      watch,
      [variants[0]!, tunedVariant, best],
      chooserFor,
      options.finals,
    );
    initial.destroy();
    buffers.destroy();
    return {
      adapter,
      name,
      space: variants.length,
      measured: found.kernels[0]!.result.tried.length,
      seconds,
      ended: found.kernels[0]!.result.ended,
      defaultMs: timeOf(variants[0]!),
      tunedMs: timeOf(tunedVariant),
      bestMs: timeOf(best),
      tuned: variantText(tunedVariant, null, 2),
      best: variantText(best, null, 2),
      ranked: ranked.map(choiceOf),
      hash,
    };
  }
}
shown.stop();
process.stdout.write(readFileSync(place(`${options.out}.md`), "utf8"));

/** Reads every variant and sorts them, the fastest first. */
async function exhaustive(
  buffers: TrialBuffers,
  watch: Stopwatch,
  initial: Trial,
  variants: readonly Variant[],
  chooserFor: (variant: Variant) => ChooseVariant,
): Promise<readonly Variant[]> {
  const ratios = new Map<Variant, number>();
  for (const [i, variant] of variants.entries()) {
    shown.detail(`variant ${i + 1} of ${variants.length}`);
    const trial = await buffers.prepare(chooserFor(variant));
    await watch.time(trial.record);
    const readings: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const usual = await watch.time(initial.record);
      readings.push((await watch.time(trial.record)) / usual);
      // A variant this slow cannot be the best: of two readings of one variant, only one in ten differs by 1.25.
      if (readings[0]! > 2) break;
    }
    ratios.set(variant, median(readings));
    trial.destroy();
  }
  return [...variants].sort((a, b) => ratios.get(a)! - ratios.get(b)!);
}

/** Times all in turn with the first. Returns milliseconds: each one's median ratio times the first's median. */
async function compete(
  buffers: TrialBuffers,
  watch: Stopwatch,
  variants: readonly Variant[],
  chooserFor: (variant: Variant) => ChooseVariant,
  count: number,
): Promise<(variant: Variant) => number> {
  const distinct = new Map(variants.map((variant) => [variantKey(variant), variant]));
  const trials: Trial[] = [];
  for (const variant of distinct.values()) trials.push(await buffers.prepare(chooserFor(variant)));
  const runners = trials.map(({ record }) => ({
    candidate: { time: () => watch.time(record) },
    ratios: [] as number[],
  }));
  const [reference, ...others] = runners as [(typeof runners)[0], ...typeof runners];
  const turns = startTurns(reference.candidate, () => performance.now());
  // The first turn warms up the device.
  for (let i = 0; i < count + 1; i++) await turns.take(others);
  for (const trial of trials) trial.destroy();
  const usual = median(turns.defaults.slice(1));
  const times = [usual, ...others.map(({ ratios }) => usual * median(ratios.slice(1)))];
  const keys = [...distinct.keys()];
  return (variant) => times[keys.indexOf(variantKey(variant))]!;
}

function sizedOf(one: BenchCase): { readonly graph: Graph; readonly sized: SizedProgram } {
  const { file, norm, mode, input } = library[one.op];
  const path = new URL(`../library/${file}.norm`, import.meta.url);
  const source = { path: file, text: readFileSync(path, "utf8") };
  const checked = checkFile(
    source,
    () => undefined,
    () => undefined,
  );
  const graph = checked.norms.find((each) => each.name === norm)?.graphs.find((each) => each.mode === mode);
  if (graph === undefined) throw new Error(`the library has no ${norm} ${mode}`);
  const { program } = compileGraph(graph);
  const grouped = program.params.some(({ name }) => name === "G");
  const params = { eps: one.eps, ...(grouped ? { G: one.groups } : {}) };
  return { graph, sized: { program, options: { dims: { [input]: one.shape }, params } } };
}

function write(): void {
  const machine = thisMachine();
  writeFileSync(json, `${JSON.stringify({ machine, results: done }, null, 1)}\n`);
  const lines = ["# The tuner beside an exhaustive search", ""];
  lines.push(
    `${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(1)} when it ended. Milliseconds are of a final in turn (medians of ratios).`,
  );
  for (const adapter of new Set(done.map((one) => one.adapter))) {
    const own = done.filter((one) => one.adapter === adapter);
    const gaps = own.map((one) => one.tunedMs / one.bestMs);
    const gains = own.map((one) => one.defaultMs / one.tunedMs);
    lines.push("", `## ${adapter}`, "");
    lines.push(
      "| case | default | tuned | best | tuned ÷ best | default ÷ tuned | measured | s | tuned variant | best variant |",
    );
    lines.push("|---|--:|--:|--:|--:|--:|--:|--:|---|---|");
    for (const [i, one] of own.entries()) {
      const ms = [one.defaultMs, one.tunedMs, one.bestMs].map((value) => value.toPrecision(3));
      lines.push(
        `| ${[one.name, ...ms, gaps[i]!.toFixed(3), gains[i]!.toFixed(2), `${one.measured} of ${one.space}`, one.seconds.toFixed(0), one.tuned, one.best].join(" | ")} |`,
      );
    }
    lines.push("");
    lines.push(
      `Within 5 % of the best: ${gaps.filter((gap) => gap <= 1.05).length} of ${own.length}, worst ${Math.max(...gaps).toFixed(2)}. ` +
        `The default takes ${median(gains).toFixed(2)} times the tuned (median). ` +
        `Gain over the default, geometric mean: ${geometricMean(gains).toFixed(2)}. ` +
        `Largest share of the space measured: ${Math.round(100 * Math.max(...own.map((one) => one.measured / one.space)))} %.`,
    );
  }
  writeFileSync(place(`${options.out}.md`), `${lines.join("\n")}\n`);
}
