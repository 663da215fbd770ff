/** The results of runs in a folder: a file each, written whole, so that an interrupted lab goes on where it was. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Probe } from "../landscape/probe.ts";
import type { Trained } from "../training/train.ts";
import { type LandscapeRun, type LinearRun, nameOf, type Plan, type Run, type TrainingRun } from "./plans.ts";

export type Result =
  | { readonly run: TrainingRun; readonly trained: Trained }
  | { readonly run: LandscapeRun | LinearRun; readonly probes: readonly Probe[]; readonly seconds: number };

export function folderOf(plan: Plan): string {
  return fileURLToPath(new URL(`../.cache/${plan.name}/`, import.meta.url));
}

export function store(folder: string, result: Result): void {
  const file = join(folder, `${nameOf(result.run)}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.partial`, `${JSON.stringify(result)}\n`);
  renameSync(`${file}.partial`, file);
}

/** Undefined where there is none, or one of other settings. */
export function find(folder: string, run: Run): Result | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, `${nameOf(run)}.json`), "utf8");
  } catch {
    return undefined;
  }
  // JSON has no NaN: a loss that is none is written as null, and the report takes it for diverged.
  const result = JSON.parse(text) as Result;
  return JSON.stringify(sorted(result.run)) === JSON.stringify(sorted(run)) ? result : undefined;
}

function sorted(run: Run): readonly (readonly [string, unknown])[] {
  return Object.entries(run).sort(([a], [b]) => (a < b ? -1 : 1));
}
