/** `normc tune --report`: a page with the time of every variant that was tried, sorted, coloured by strategy. */
import { scaleLinear, scaleOrdinal } from "d3-scale";
import { version } from "../../../program/compiler-version.ts";
import { variantText } from "../../../tuning/measure/variant-text.ts";
import type { KernelResult } from "../../../tuning/search/search-program.ts";
import { strategies, strategyOf } from "../../../tuning/search/strategy.ts";
import { replaceText, throughLinks } from "../files/replace-file.ts";
import { type ReportPlot, renderReport } from "./report-shell.ts";
import { cellsOf, type Row } from "./table.ts";

/** Colours that people who confuse red and green can tell apart, on white and on black (Okabe and Ito, 2008). */
const colors = ["#e69f00", "#56b4e9", "#009e73", "#b0a516", "#0072b2", "#d55e00", "#cc79a7", "#888888"];
const colorOf = scaleOrdinal<string, string>().domain(strategies).range(colors);

const plotWidth = 960;
const labelWidth = 290;
const valueWidth = 70;
const barHeight = 15;
const top = 20;

export function writeReport(path: string, adapter: string, rows: readonly Row[]): void {
  replaceText(throughLinks(path), reportText(adapter, rows));
}

export function reportText(adapter: string, rows: readonly Row[]): string {
  return renderReport({
    adapter,
    compiler: version,
    rows: rows.map((row) => {
      const [title, initial, best, factor, copy, measured, variant] = cellsOf(row);
      return { title, initial, best, factor, copy, measured, variant };
    }),
    legend: strategies.map((name) => ({ name, color: colorOf(name) })),
    plots: rows.flatMap(({ job, found }) =>
      (found?.kernels ?? []).map((kernel) => plotOf(`${job.title}, kernel ${kernel.kernel}`, kernel)),
    ),
  });
}

function plotOf(title: string, { result, space }: KernelResult): ReportPlot {
  const timed = result.tried.flatMap((one) => ("ms" in one ? [one] : [])).sort((a, b) => a.ms - b.ms);
  const failed = result.tried.flatMap((one) => ("refused" in one ? [one] : []));
  const x = scaleLinear()
    .domain([0, timed.at(-1)?.ms ?? 1])
    .nice()
    .range([labelWidth, plotWidth - valueWidth]);
  const bottom = top + timed.length * barHeight;
  const [initial] = space.variants;
  return {
    title,
    width: plotWidth,
    height: bottom + 4,
    bottom,
    reference: x(result.defaultMs),
    ticks: x.ticks(6).map((ms) => ({ x: x(ms), y: bottom, text: `${x.tickFormat(6)(ms)} ms` })),
    bars: timed.map(({ variant, ms, readings }, i) => ({
      x: labelWidth,
      y: top + i * barHeight,
      width: Math.max(1, x(ms) - labelWidth),
      height: barHeight - 3,
      color: colorOf(strategyOf(variant)),
      label: variantText(variant, null, 2),
      labelX: labelWidth - 6,
      labelY: top + i * barHeight + 10,
      value: `${ms.toPrecision(3)}${variant === initial ? " default" : ""}`,
      valueX: x(ms) + 4,
      hint: `${strategyOf(variant)}: ${variantText(variant, null, 2)}, ${ms.toPrecision(4)} ms, ${readings} readings`,
    })),
    notes: [
      ...failed.map((one) => `${variantText(one.variant, null, 2)}: ${one.refused}`),
      ...result.skipped.map(({ reason, variants }) => `${variants.length} variants not measured: ${reason}`),
    ],
  };
}
