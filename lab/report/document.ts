/** The report as a text. */
import type { DataName } from "../data/data.ts";
import type { Plan } from "../grid/plans.ts";
import { type NetworkName, networkNames } from "../networks/kinds.ts";
import { type Cell, type Gathered, type Landscape, type Spread, spreadOf, summaryOf } from "./gather.ts";

const titles: Readonly<Record<DataName, string>> = { fashion: "Fashion-MNIST", digits: "Handwritten digits" };

export function documentOf(plan: Plan, gathered: Gathered, pictures: ReadonlySet<string>): string {
  const { cells, landscapes, planned, finished, seconds } = gathered;
  const sets = [...new Set(cells.map(({ data }) => data))].filter((data) =>
    cells.some((one) => one.data === data && one.errors.length > 0),
  );
  const minutes = Math.round(seconds / 60);
  const lines = [
    "# The lab's results",
    "",
    `Written by \`npm run lab${plan.name === "quick" ? " -- --quick" : ""}\`. [What is trained and how](../README.md)`,
    "",
    `${finished} of ${planned} runs are finished; together they took ${minutes} minutes on one thread each.`,
    ...missingLines(cells),
    "",
  ];
  for (const data of sets) lines.push(...dataLines(plan, data, cells, pictures));
  lines.push(...landscapeLines(landscapes, pictures), ...publishedLines);
  return `${lines.join("\n").trimEnd()}\n`;
}

function missingLines(cells: readonly Cell[]): readonly string[] {
  const missing = new Map<string, string[]>();
  for (const { data, network, batch, errors, planned } of cells) {
    if (errors.length === planned) continue;
    const name = `${titles[data]}, ${network}`;
    missing.set(name, [...(missing.get(name) ?? []), `${batch} (${errors.length} of ${planned})`]);
  }
  if (missing.size === 0) return [];
  return [
    "",
    "Not finished:",
    "",
    ...[...missing].map(([name, some]) => `- ${name}: batches ${some.join(", ")}`),
  ];
}

function dataLines(
  plan: Plan,
  data: DataName,
  all: readonly Cell[],
  pictures: ReadonlySet<string>,
): readonly string[] {
  const cells = all.filter((one) => one.data === data && one.errors.length > 0);
  const run = plan.runs.find((one) => one.kind === "training" && one.data === data);
  const setup =
    run?.kind === "training"
      ? `${run.samples} images to learn from, ${run.tested} to test with, ${run.epochs} epochs, a rate of ${run.rate} · batch / 32.`
      : "";
  const withMeans = cells.filter(({ errorsOfMeans }) => errorsOfMeans.length > 0);
  return [
    `## ${titles[data]}`,
    "",
    setup,
    "",
    "### Test error against batch",
    "",
    ...picture(`error-${data}.svg`, `Test error against batch size, ${titles[data]}`, pictures),
    "In percent: the mean over seeds ± their standard deviation. ✗ marks runs that diverged or know no more than chance (90).",
    "",
    ...table(
      cells,
      ({ errors, diverged }) => percent(errors) + (diverged > 0 ? ` ${"✗".repeat(diverged)}` : ""),
    ),
    ...verdict(cells),
    ...(withMeans.length === 0
      ? []
      : [
          "### Without the running average",
          "",
          "The same networks, tested with the mean of the statistics of all training batches in place of the running average. What is",
          "left of the error comes from the statistics of a batch in training being others than those in testing.",
          "",
          ...table(withMeans, ({ errorsOfMeans }) => percent(errorsOfMeans)),
        ]),
    "### Training curves",
    "",
    ...picture(`curves-${data}.svg`, `Training curves, ${titles[data]}`, pictures),
  ];
}

function table(cells: readonly Cell[], show: (cell: Cell) => string): readonly string[] {
  const batches = [...new Set(cells.map(({ batch }) => batch))].sort((a, b) => a - b);
  const rows = networkNames.filter((name) => cells.some(({ network }) => network === name));
  return [
    `| batch | ${batches.join(" | ")} |`,
    `| --- |${" ---: |".repeat(batches.length)}`,
    ...rows.map((name) => {
      const shown = batches.map((batch) => {
        const cell = cells.find((one) => one.network === name && one.batch === batch);
        return cell === undefined ? "" : show(cell);
      });
      return `| ${name} | ${shown.join(" | ")} |`;
    }),
    "",
  ];
}

/** What the papers claim, and what is found. */
function verdict(cells: readonly Cell[]): readonly string[] {
  const of = (name: NetworkName) => cells.filter(({ network }) => network === name);
  const at = (name: NetworkName, batch: number) => of(name).find((one) => one.batch === batch);
  const bestOf = (name: NetworkName) =>
    of(name).reduce<Cell | undefined>(
      (best, one) =>
        best === undefined || spreadOf(one.errors).mean < spreadOf(best.errors).mean ? one : best,
      undefined,
    );
  const lines: string[] = [];
  const [first, bestBN] = [at("WS+GN", 1), bestOf("BN")];
  if (first !== undefined && bestBN !== undefined)
    lines.push(
      `- WS+GN at a batch of 1: ${percent(first.errors)}. BN at its best batch, ${bestBN.batch}: ${percent(bestBN.errors)}.`,
    );
  for (const name of ["BN", "GN", "WS+GN"] as const) {
    const [one, best] = [at(name, 1), bestOf(name)];
    if (one === undefined || best === undefined) continue;
    lines.push(
      `- ${name}: ${percent(one.errors)} at a batch of 1, ${percent(best.errors)} at its best, ${best.batch}.`,
    );
  }
  return lines.length === 0 ? [] : [...lines, ""];
}

function landscapeLines(landscapes: readonly Landscape[], pictures: ReadonlySet<string>): readonly string[] {
  if (landscapes.length === 0) return [];
  const lines = [
    "## The landscape",
    "",
    "As Santurkar et al. (2018) define it: at a point of training, steps of 1/2 to 4 learning rates along the gradient there. The range is",
    "that of the loss at those steps; the change is the largest l2 distance between the gradient there and at a step; the effective",
    "smoothness is the largest such distance over the distance moved. Each figure is the median over training, then the mean over seeds ±",
    "their standard deviation. Smaller is smoother.",
    "",
  ];
  for (const data of ["linear", "fashion", "digits"] as const) {
    const some = landscapes.filter((one) => one.data === data);
    if (some.length === 0) continue;
    const title =
      data === "linear"
        ? "A deep linear network: 25 layers of 10×10, 1,000 samples, full batch"
        : `The convolutional network on ${titles[data]}, plain gradient descent, batch 128`;
    lines.push(
      `### ${title}`,
      "",
      ...picture(`landscape-${data}.svg`, title, pictures),
      "| network | range of the loss | change of the gradient | effective smoothness |",
      "| --- | ---: | ---: | ---: |",
      ...networkNames.flatMap((name) => {
        const one = some.find(({ network }) => network === name);
        if (one === undefined) return [];
        const { range, change, smoothness } = summaryOf(one);
        return `| ${name} | ${[range, change, smoothness].map(plain).join(" | ")} |`;
      }),
      "",
    );
  }
  return lines;
}

const publishedLines = [
  "## The published figures",
  "",
  "ResNet-50 on ImageNet, error in percent against images a worker (Wu & He, 2018, table 2):",
  "",
  "| batch | 2 | 4 | 8 | 16 | 32 |",
  "| --- | ---: | ---: | ---: | ---: | ---: |",
  "| BN | 34.7 | 27.3 | 24.8 | 23.7 | 23.6 |",
  "| GN | 24.1 | 24.2 | 24.0 | 24.2 | 24.1 |",
  "",
  "ResNet-50 on ImageNet, top-1 accuracy in percent (Qiao et al., 2019): GN about 75.2 with a batch of 1 a worker, BN about 75.7 with",
  "a large batch, GN and weight standardization 76.3 with a batch of 1.",
];

function picture(file: string, alt: string, pictures: ReadonlySet<string>): readonly string[] {
  return pictures.has(file) ? [`![${alt}](${file})`, ""] : [];
}

function percent(errors: readonly number[]): string {
  const { mean, deviation, count } = spreadOf(errors.map((one) => 100 * one));
  return count > 1 ? `${mean.toFixed(1)} ± ${deviation.toFixed(1)}` : mean.toFixed(1);
}

function plain({ mean, deviation, count }: Spread): string {
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  return count > 1 ? `${digits(mean)} ± ${digits(Number(deviation.toPrecision(2)))}` : digits(mean);
}
