/**
 * The tuning file: plain JSON with a schema (docs/tuning.schema.json). Keys are in order and each result has one line,
 * so that diffs are readable. A file may come from anywhere, so it is read as untrusted data, and it only decides which
 * of the legal variants is used.
 */
import type { Variant } from "../../runtime/variants/variant.ts";
import { type AdapterFacts, adapterName } from "./tuning-key.ts";

export interface TuningFile {
  readonly adapters: ReadonlyMap<string, AdapterResults>;
}

export interface AdapterResults {
  readonly facts: AdapterFacts;
  /** By the name of the program. */
  readonly programs: ReadonlyMap<string, ProgramResults>;
}

export interface ProgramResults {
  /** The hash of the measured program, and the version of the compiler that made it. */
  readonly hash: string;
  readonly compiler: string;
  /** By bucket. */
  readonly results: ReadonlyMap<string, TuningResult>;
}

export interface TuningResult {
  /** By kernel. Kernels that run in the default variant are left out. */
  readonly choices: Choices;
  /** The extents that were measured. */
  readonly at: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly defaultMs: number;
  /** The time of a copy kernel that moves the same bytes. Tuning in the background does not measure it. */
  readonly copyMs?: number;
  /**
   * Only for a backward pass: milliseconds with its forward pass, timed in turn with passes that save other tensors.
   */
  readonly stepMs?: number;
  readonly measured: number;
  readonly space: number;
}

export type Choices = ReadonlyMap<string, Choice>;

/** A variant without its reason. */
export type Choice = Omit<Variant, "reason">;

export const fileVersion = 1;
export const schemaPath = "https://unpkg.com/normc/docs/tuning.schema.json";

/** @throws Error if the text is not a tuning file. The message says where. */
export function parseTuning(text: string): TuningFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return readTuning(value);
}

export function readTuning(value: unknown): TuningFile {
  const root = record(value, "the file");
  if (root.version !== fileVersion) {
    throw new Error(`version: expected ${fileVersion}, given ${JSON.stringify(root.version) ?? "nothing"}`);
  }
  return {
    adapters: mapOf(root.adapters, "adapters", (one, at) => {
      const adapter = record(one, at);
      const text = (key: string): string => string(adapter[key], `${at}.${key}`);
      const subgroups = list(adapter.subgroups, `${at}.subgroups`).map((n, i) =>
        whole(n, `${at}.subgroups[${i}]`),
      );
      if (subgroups.length !== 2) throw new Error(`${at}.subgroups: expected two numbers`);
      return {
        facts: {
          vendor: text("vendor"),
          architecture: text("architecture"),
          device: text("device"),
          driver: text("driver"),
          features: list(adapter.features, `${at}.features`).map((f, i) => string(f, `${at}.features[${i}]`)),
          subgroups: [subgroups[0]!, subgroups[1]!],
        },
        programs: mapOf(adapter.programs, `${at}.programs`, readProgram),
      };
    }),
  };
}

function readProgram(value: unknown, at: string): ProgramResults {
  const program = record(value, at);
  return {
    hash: string(program.hash, `${at}.hash`),
    compiler: string(program.compiler, `${at}.compiler`),
    results: mapOf(program.results, `${at}.results`, (one, place) => {
      const result = record(one, place);
      const number = (key: string): number => positive(result[key], `${place}.${key}`);
      return {
        choices: readChoices(result.choices, `${place}.choices`),
        at: string(result.at, `${place}.at`),
        ms: number("ms"),
        defaultMs: number("defaultMs"),
        ...(result.copyMs === undefined ? {} : { copyMs: number("copyMs") }),
        ...(result.stepMs === undefined ? {} : { stepMs: number("stepMs") }),
        measured: whole(result.measured, `${place}.measured`),
        space: whole(result.space, `${place}.space`),
      };
    }),
  };
}

const choiceKeys = ["lanes", "rows", "subgroup", "together", "columns", "residency", "parts", "chunks"];
const residencies: readonly Variant["residency"][] = ["reload", "registers", "workgroup"];

/** Fields that a choice omits have their plain values. */
export function readChoices(value: unknown, at: string): Choices {
  return mapOf(value, at, (one, place) => {
    const choice = record(one, place);
    const unknown = Object.keys(choice).find((key) => !choiceKeys.includes(key));
    if (unknown !== undefined)
      throw new Error(`${place}: there is no ${JSON.stringify(unknown)} in a variant`);
    const size = (key: string, initial?: number): number =>
      choice[key] === undefined && initial !== undefined ? initial : whole(choice[key], `${place}.${key}`, 1);
    const { columns = false, residency = "reload" } = choice;
    if (typeof columns !== "boolean") throw new Error(`${place}.columns: expected true or false`);
    const found = residencies.find((known) => known === residency);
    if (found === undefined) throw new Error(`${place}.residency: expected one of ${residencies.join(", ")}`);
    return {
      lanes: size("lanes"),
      rows: size("rows"),
      subgroup: size("subgroup", 1),
      together: size("together", 1),
      columns,
      residency: found,
      parts: size("parts", 1),
      chunks: size("chunks", 1),
    };
  });
}

/** The choices as plain data, without the fields that have their plain values. */
export function writeChoices(choices: Choices): Record<string, Partial<Choice>> {
  const told = ([name, one]: readonly [string, Choice]): [string, Partial<Choice>] => [
    name,
    {
      lanes: one.lanes,
      rows: one.rows,
      ...(one.subgroup === 1 ? {} : { subgroup: one.subgroup }),
      ...(one.together === 1 ? {} : { together: one.together }),
      ...(one.columns ? { columns: true } : {}),
      ...(one.residency === "reload" ? {} : { residency: one.residency }),
      ...(one.parts === 1 ? {} : { parts: one.parts }),
      ...(one.chunks === 1 ? {} : { chunks: one.chunks }),
    },
  ];
  return Object.fromEntries(sorted(choices).map(told));
}

export function printTuning({ adapters }: TuningFile): string {
  const line = (value: unknown): string =>
    JSON.stringify(value, null, 1).replace(/\n\s*/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]");
  const block = (entries: readonly (readonly [string, string])[], indent: string): string =>
    entries.length === 0
      ? "{}"
      : `{\n${entries.map(([key, text]) => `${indent}  ${JSON.stringify(key)}: ${text}`).join(",\n")}\n${indent}}`;
  const result = ({ choices, at, ms, defaultMs, copyMs, stepMs, measured, space }: TuningResult): string =>
    line({ choices: writeChoices(choices), at, ms, defaultMs, copyMs, stepMs, measured, space });
  const program = ({ hash, compiler, results }: ProgramResults): string =>
    block(
      [
        ["hash", line(hash)],
        ["compiler", line(compiler)],
        [
          "results",
          block(
            sorted(results).map(([key, one]) => [key, result(one)]),
            "          ",
          ),
        ],
      ],
      "        ",
    );
  const adapter = ({ facts, programs }: AdapterResults): string =>
    block(
      [
        ...Object.entries(facts).map(([key, value]): [string, string] => [key, line(value)]),
        [
          "programs",
          block(
            sorted(programs).map(([key, one]) => [key, program(one)]),
            "      ",
          ),
        ],
      ],
      "    ",
    );
  return `${block(
    [
      ["$schema", line(schemaPath)],
      ["version", String(fileVersion)],
      [
        "adapters",
        block(
          sorted(adapters).map(([key, one]) => [key, adapter(one)]),
          "  ",
        ),
      ],
    ],
    "",
  )}\n`;
}

export const emptyTuning: TuningFile = { adapters: new Map() };

/** The file with one more result. Drops results of the same program with another hash or compiler: they are stale. */
export function withResult(
  file: TuningFile,
  facts: AdapterFacts,
  program: { readonly name: string; readonly hash: string; readonly compiler: string },
  bucket: string,
  result: TuningResult,
): TuningFile {
  const { hash, compiler } = program;
  const own = new Map([[bucket, result]]);
  const results = new Map([[program.name, { hash, compiler, results: own }]]);
  return mergeTuning(file, { adapters: new Map([[adapterName(facts), { facts, programs: results }]]) });
}

/** Merges two files. If both have a result, the second one wins, and so does its hash. */
export function mergeTuning(first: TuningFile, second: TuningFile): TuningFile {
  const programs = (a: ProgramResults, b: ProgramResults): ProgramResults =>
    a.hash !== b.hash || a.compiler !== b.compiler
      ? b
      : { ...b, results: merged(a.results, b.results, (_, one) => one) };
  return {
    adapters: merged(first.adapters, second.adapters, (a, b) => ({
      facts: b.facts,
      programs: merged(a.programs, b.programs, programs),
    })),
  };
}

function merged<T>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T>,
  both: (a: T, b: T) => T,
): ReadonlyMap<string, T> {
  const all = new Map(a);
  for (const [key, one] of b) all.set(key, all.has(key) ? both(all.get(key)!, one) : one);
  return all;
}

function sorted<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function mapOf<T>(value: unknown, at: string, read: (one: unknown, at: string) => T): ReadonlyMap<string, T> {
  return new Map(Object.entries(record(value, at)).map(([key, one]) => [key, read(one, `${at}.${key}`)]));
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(`${at}: expected an object`);
}

function list(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${at}: expected an array`);
}

function string(value: unknown, at: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${at}: expected a text`);
}

function whole(value: unknown, at: string, from = 0): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= from) return value;
  throw new Error(`${at}: expected a whole number from ${from}`);
}

function positive(value: unknown, at: string): number {
  if (typeof value === "number" && value > 0) return value;
  throw new Error(`${at}: expected a number above 0`);
}
