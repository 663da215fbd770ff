/** The results as Markdown. */
import { geometricMean, median } from "../src/tuning/measure/spread.ts";
import { type Comparison, comparisonOf, type Ratio } from "./comparison.ts";
import { isYardstick, type Outcome, type Timing } from "./race.ts";
import { timingOf } from "./ratios.ts";
import type { AdapterResult, Results } from "./results.ts";

/** With fewer timings than this, the spread is not reliable. */
const few = 3;

export interface TableOptions {
  /** The picture of each adapter, shown beside the table. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly interrupted?: boolean;
}

export function tableOf(results: Results, { pictures, interrupted }: TableOptions): string {
  const { machine, versions, seconds, adapters } = results;
  const names = columnsOf(adapters.flatMap(({ cases }) => cases.map((one) => one.outcome)));
  const comparison = comparisonOf(
    results,
    names.some((name) => !isYardstick(name) && !name.startsWith("normc")),
  );
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `# ${comparison.title}`,
    "",
    interrupted === true
      ? "The run that writes this has not come to its end."
      : `Written by \`${comparison.command}\` in ${minutes(seconds)}. [What the columns mean](../README.md)`,
    "",
    `- Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Load before the run: ${machine.load.toFixed(1)}${machine.load > 0.5 ? ", so the machine was not quiet" : ""}`,
    `- Versions: node ${machine.node.replace(/^v/, "")}, ${named.join(", ")}`,
    "",
  ];
  for (const adapter of adapters) {
    lines.push(...sectionOf(adapter, comparison, pictures.get(adapter.adapter)));
  }
  return documentOf(lines);
}

/** The tables of an adapter under a heading. */
export function sectionOf(
  adapter: AdapterResult,
  comparison: Comparison,
  picture: string | undefined,
): readonly string[] {
  return [
    `## ${adapter.adapter}`,
    "",
    ...(picture === undefined ? [] : [`![times of each case](${picture})`, ""]),
    ...timesOf(adapter, comparison),
    "",
    ...summaryOf(adapter, comparison),
    "",
    ...errorsOf(adapter, comparison),
    "",
    ...notesOf(adapter),
    "",
  ];
}

export function documentOf(lines: readonly string[]): string {
  return `${lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

function timesOf({ cases }: AdapterResult, { ratios: all, legend }: Comparison): string[] {
  const columns = columnsOf(cases.map((one) => one.outcome));
  // On a GPU there is no memcpy to compare with.
  const ratios = all.filter(({ value }) => cases.some(({ outcome }) => value(outcome) !== undefined));
  return [
    row(["case", ...columns.map((name) => `${name}, ms`), ...ratios.map(({ label }) => label)]),
    row(["---", ...[...columns, ...ratios].map(() => "---:")]),
    ...cases.map(({ name, outcome }) =>
      row([
        name,
        ...columns.map((column) => cell(outcome, column)),
        ...ratios.map((one) => ratioCell(one, outcome)),
      ]),
    ),
    "",
    `Medians, ± half of the distance between the quartiles. † fewer than ${few} timings: too slow for more.`,
    ...legend,
  ];
}

function ratioCell({ value, to, aim }: Ratio, outcome: Outcome): string {
  const ratio = value(outcome);
  if (to !== undefined) return withName(ratio, to(outcome));
  return ratio !== undefined && aim !== undefined && ratio > aim ? `**${times(ratio)}**` : times(ratio);
}

/** The columns in a fixed order: the limits, normc, the peers. */
export function columnsOf(outcomes: readonly Outcome[]): string[] {
  const names = [...new Set(outcomes.flatMap((outcome) => Object.keys(outcome)))];
  const order = [
    "copy",
    "memcpy",
    "normc",
    "normc backward",
    "normc forward + backward",
    "normc saving backward",
    "normc saving forward + backward",
    "ORT webgpu",
    "ORT Web",
    "TF.js",
    "TF.js forward + backward",
    "TF.js forward + gradient",
    "TF.js forward",
    "jax-js",
    "jax-js backward",
    "gpu.js",
    "PyTorch",
    "PyTorch backward",
    "torch.compile",
    "torch.compile backward",
    "Liger",
    "Liger backward",
    "Quack",
    "ORT cpu",
  ];
  return names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

function cell(outcome: Outcome, name: string): string {
  const timing = timingOf(outcome, name);
  if (timing === undefined) return "–";
  const { median: ms, quartiles, count } = timing.ms;
  const half = (50 * (quartiles[1] - quartiles[0])) / ms;
  return count < few ? `${digits(ms)} †` : `${digits(ms)} ±${half.toFixed(0)} %`;
}

function summaryOf({ cases }: AdapterResult, { ratios }: Comparison): string[] {
  const line = ({ label, value }: Ratio): string[] => {
    const values = cases
      .map((one) => value(one.outcome))
      .filter((ratio): ratio is number => ratio !== undefined);
    if (values.length === 0) return [];
    const worst = Math.max(...values);
    return [
      row([label, times(median(values)), times(geometricMean(values)), times(worst), String(values.length)]),
    ];
  };
  return [
    row(["normc", "median", "geometric mean", "worst", "cases"]),
    row(["---", "---:", "---:", "---:", "---:"]),
    ...ratios.flatMap(line),
  ];
}

function errorsOf({ cases }: AdapterResult, comparison: Comparison): string[] {
  const columns = columnsOf(cases.map((one) => one.outcome)).filter((name) => !isYardstick(name));
  const shown = (timing: Timing | undefined): string => {
    if (timing?.error === undefined) return "–";
    const text = timing.error.toExponential(1);
    return timing.error <= comparison.saneError ? text : `**${text}**, wrong`;
  };
  return [
    comparison.error,
    "",
    row(["case", ...columns]),
    row(["---", ...columns.map(() => "---:")]),
    ...cases.map(({ name, outcome }) =>
      row([name, ...columns.map((column) => shown(timingOf(outcome, column)))]),
    ),
  ];
}

function notesOf({ cases, absent }: AdapterResult): string[] {
  const refusals = new Map<string, string[]>();
  for (const { name, outcome } of cases) {
    for (const [column, one] of Object.entries(outcome)) {
      if (!("refused" in one)) continue;
      const key = `${column}: ${one.refused}`;
      refusals.set(key, [...(refusals.get(key) ?? []), name]);
    }
  }
  return [
    ...Object.entries(absent).map(([name, why]) => `- ${name} does not start: ${escaped(why)}`),
    ...[...refusals].map(([why, names]) => `- ${escaped(why)} (${names.join(", ")})`),
  ];
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function digits(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 0.1 ? ms.toFixed(2) : ms.toPrecision(2);
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? "–" : ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2);
}

function withName(ratio: number | undefined, name: string | undefined): string {
  return name === undefined ? "–" : `${times(ratio)} (${name})`;
}

export function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}
