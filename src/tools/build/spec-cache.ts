/**
 * The cache of built specs. What is built of a spec depends on its text, its imports, the options, the compiler, and on what
 * the tuning file says about its programs. Only the compiler knows the imports and programs of a spec, so it is found in
 * two steps: the text of the spec leads to their names, and what they are now leads to what was built.
 */
import type { ReadImport } from "../../language/check/modules/modules.ts";
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import { version } from "../../program/compiler-version.ts";
import { bake } from "../../tuning/file/lookup.ts";
import type { TuningFile } from "../../tuning/file/tuning-file.ts";
import { compilerIdentity } from "./compiler-identity.ts";
import { readRecord, type SpecRecord } from "./record.ts";
import { type Store, sha256 } from "./store.ts";

/** An import as it was read: the path in the import, and the sources by number, of which the spec itself is 0. */
export interface ReadSource {
  readonly from: number;
  readonly path: string;
  readonly source: number;
}

/** What a spec needs, as the compiler found. */
export interface Needs {
  /** In the order in which they were read. */
  readonly imports: readonly ReadSource[];
  /** The hashes of its programs, if there is a tuning file. */
  readonly programs: readonly string[];
}

export interface CacheKeys {
  /** The key of the record of the spec. */
  readonly record: string;
  /** The key of the texts of its files, a JSON array of pairs of path and text. */
  readonly files: string;
}

export interface CachedSpec {
  readonly keys: CacheKeys;
  readonly record: SpecRecord;
  readonly imports: readonly Source[];
}

export interface CacheOptions {
  /** All options on which the files depend, as text. */
  readonly options: string;
  readonly tuning: TuningFile | undefined;
}

/** Undefined if it has to be made. */
export function findSpec(
  store: Store,
  source: Source,
  readImport: ReadImport,
  options: CacheOptions,
): CachedSpec | undefined {
  const needs = readNeeds(store.read(needsKey(source, options)));
  if (needs === undefined) return undefined;
  const sources = readSources(source, needs, readImport);
  if (sources === undefined) return undefined;
  const keys = keysOf(sources, needs, options);
  const text = store.read(keys.record);
  const record = text === undefined ? undefined : readRecord(text, sources);
  return record && { keys, record, imports: sources.slice(1) };
}

/** Only for keys of what a spec needs, and of records: both are small. */
export function isSmall(key: string): boolean {
  return !key.endsWith(filesEnd);
}

const filesEnd = "-files";

export function needsKey(source: Source, { options, tuning }: CacheOptions): string {
  const name = source.path.split(/[/\\]/).at(-1);
  const told = ["needs", compilerIdentity(), options, tuning !== undefined, name, source.text];
  return sha256(JSON.stringify(told));
}

export function printNeeds(needs: Needs): string {
  return JSON.stringify(needs);
}

function readNeeds(text: string | undefined): Needs | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Needs;
    return Array.isArray(value.imports) && Array.isArray(value.programs) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param sources the spec and its imports, by number. */
export function keysOf(sources: readonly Source[], needs: Needs, options: CacheOptions): CacheKeys {
  const { tuning } = options;
  const told = [
    needsKey(sources[0]!, options),
    needs,
    sources.slice(1).map((one) => sha256(one.text)),
    tuning && needs.programs.map((hash) => bake(tuning, { hash, compiler: version })),
  ];
  const key = sha256(JSON.stringify(told));
  return { record: `${key}-record`, files: `${key}${filesEnd}` };
}

/** The imports as they are now. Undefined if they are no longer found, or are the same file where they were two. */
function readSources(entry: Source, { imports }: Needs, readImport: ReadImport): Source[] | undefined {
  const sources = [entry];
  for (const { from, path, source } of imports) {
    const found = readImport(path, sources[from]!);
    if (found === undefined || !("text" in found)) return undefined;
    const known = sources.indexOf(found);
    if (source !== (known < 0 ? sources.length : known)) return undefined;
    if (known < 0) sources.push(found);
  }
  return sources;
}
