/** The table at the end of `normc tune`. */

import type { TuningResult } from "../../../tuning/file/tuning-file.ts";
import { geometricMean } from "../../../tuning/measure/spread.ts";
import { strategyOf } from "../../../tuning/search/strategy.ts";
import type { JobResult } from "../../workbench/tune-kernel.ts";
import type { TuneJob } from "./jobs.ts";

export interface Row {
  readonly job: TuneJob;
  readonly result: TuningResult;
  /** The measurement of this run; undefined if the file had the result. */
  readonly found: JobResult | undefined;
}

/** The cells of a row: title, default ms, best ms, factor, of copy speed, measured, best variant. */
export function cellsOf({
  job,
  result,
}: Row): readonly [string, string, string, string, string, string, string] {
  const { ms, defaultMs, copyMs, measured, space, choices } = result;
  return [
    job.title,
    defaultMs.toPrecision(3),
    ms.toPrecision(3),
    (defaultMs / ms).toFixed(2),
    copyMs === undefined ? "" : `${Math.round((100 * copyMs) / ms)} %`,
    `${measured} of ${space}`,
    choices.size === 0
      ? "the default"
      : [...choices.values()]
          .map((one) => `${strategyOf({ ...one, reason: "" })}, ${one.lanes} x ${one.rows}`)
          .join("; "),
  ];
}

export function tableText(rows: readonly Row[]): string {
  const head = ["", "default ms", "best ms", "factor", "of copy speed", "measured", "best variant"];
  const cells = rows.map(cellsOf);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
      )
      .join("  ")
      .trimEnd();
  const factors = rows.map(({ result }) => result.defaultMs / result.ms);
  const mean = rows.length > 1 ? [`geometric mean of the factors: ${geometricMean(factors).toFixed(2)}`] : [];
  return [line(head), ...cells.map(line), ...mean].join("\n");
}
