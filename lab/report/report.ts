/** Writes the report, its pictures and its numbers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TopLevelSpec } from "vega-lite";
import type { Plan } from "../grid/plans.ts";
import { folderOf, type Result } from "../grid/results.ts";
import { documentOf } from "./document.ts";
import { draw } from "./draw.ts";
import { curvesFigure, errorFigure, landscapeFigure } from "./figures.ts";
import { gather } from "./gather.ts";

/** The full lab's results are part of the repository; those of the quick one are not. */
function reportFolder(plan: Plan): string {
  return plan.name === "full"
    ? fileURLToPath(new URL("../results/", import.meta.url))
    : join(folderOf(plan), "report");
}

/** @returns the path of the report. */
export async function writeReport(
  plan: Plan,
  results: readonly Result[],
  folder = reportFolder(plan),
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const gathered = gather(plan, results);
  const { cells, landscapes } = gathered;
  const figures = new Map<string, TopLevelSpec>();
  for (const data of ["fashion", "digits"] as const) {
    if (cells.some((one) => one.data === data && one.errors.length > 0)) {
      figures.set(`error-${data}.svg`, errorFigure(cells, data));
      figures.set(`curves-${data}.svg`, curvesFigure(cells, data));
    }
  }
  for (const data of ["linear", "fashion", "digits"] as const) {
    const some = landscapes.filter((one) => one.data === data);
    if (some.length > 0) figures.set(`landscape-${data}.svg`, landscapeFigure(some));
  }
  for (const [file, spec] of figures) writeFileSync(join(folder, file), await draw(spec));
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(gathered)}\n`);
  const report = join(folder, "report.md");
  writeFileSync(report, documentOf(plan, gathered, new Set(figures.keys())));
  return report;
}
