/** The results of a run. Written after every case, so that an interrupted run has a table and can be resumed. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BenchCase } from "./cases.ts";
import type { Dtype } from "./data.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./race.ts";

export interface CaseResult {
  readonly name: string;
  readonly shape: readonly number[];
  readonly op: BenchCase["op"];
  readonly outcome: Outcome;
}

export interface AdapterResult {
  readonly adapter: string;
  readonly software: boolean;
  /** Peers that do not start on the adapter, with the reason. */
  readonly absent: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
}

export interface Results {
  readonly machine: Machine;
  readonly dtype: Dtype;
  /** True for backward passes, false for forward passes. */
  readonly gradients: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly adapters: readonly AdapterResult[];
}

export const resultsFolder = fileURLToPath(new URL("./results/", import.meta.url));

export function pathOf(name: string, extension: string): string {
  return `${resultsFolder}${name}.${extension}`;
}

/** The measurements of an interrupted run with that name. */
export function readPartial(name: string): Results | undefined {
  const path = pathOf(name, "partial.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Results) : undefined;
}

export function writePartial(name: string, results: Results, table: string): void {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(pathOf(name, "partial.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(pathOf(name, "partial.md"), table);
}

export function writeWhole(name: string, results: Results, table: string): void {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(pathOf(name, "json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(pathOf(name, "md"), table);
}

export function dropPartial(name: string): void {
  for (const extension of ["partial.json", "partial.md"]) rmSync(pathOf(name, extension), { force: true });
}
