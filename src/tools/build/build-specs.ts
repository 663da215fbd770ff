/** Builds specs: takes from the cache what it has, and makes the others, on several threads if there are many. */
import type { ReadImport } from "../../language/check/modules/modules.ts";
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import { type CacheOptions, findSpec } from "./spec-cache.ts";
import type { Store } from "./store.ts";
import type { ResultOfSpec, SpecOptions, Workplace } from "./workplace.ts";

/** Fewer specs are made sooner than a thread has loaded the compiler. */
const specsOfThread = 6;

/** @returns one result for each source, in their order. */
export async function buildSpecs(
  sources: readonly Source[],
  options: SpecOptions,
  workplace: Workplace,
): Promise<ResultOfSpec[]> {
  const { store, readImport, onMade } = workplace;
  const cache = cacheOptions(options);
  const results = sources.map((source) => found(store, source, readImport, cache));
  const missing = [...results.keys()].filter((i) => results[i] === undefined);
  if (missing.length >= 2 * specsOfThread) {
    const { makeSideBySide } = await import("./threads.ts");
    const jobs = missing.map((i) => sources[i]!);
    for (const [k, one] of await makeSideBySide(jobs, options, cache, workplace)) results[missing[k]!] = one;
  }
  for (const i of missing) {
    if (results[i] !== undefined) continue;
    const { makeSpec } = await import("./make-spec.ts");
    const source = sources[i]!;
    results[i] = { source, ...(await makeSpec(store, source, readImport, options, cache)) };
    onMade?.(source);
  }
  if (missing.length > 0) store.trim();
  return results.filter((one) => one !== undefined);
}

function cacheOptions({ tuning, ...others }: SpecOptions): CacheOptions {
  return { options: JSON.stringify(Object.entries(others).sort()), tuning };
}

function found(
  store: Store,
  source: Source,
  readImport: ReadImport,
  cache: CacheOptions,
): ResultOfSpec | undefined {
  const one = findSpec(store, source, readImport, cache);
  if (one === undefined) return undefined;
  const { keys, record, imports } = one;
  return { source, imports, diagnostics: record.diagnostics, built: { keys, record } };
}

/** The texts of the files of a built spec by path. If the store has lost them, they are made again. */
export async function textsOf(
  { source, built }: ResultOfSpec,
  options: SpecOptions,
  { store, readImport }: Pick<Workplace, "store" | "readImport">,
): Promise<ReadonlyMap<string, string>> {
  if (built === undefined) return new Map();
  const stored = store.read(built.keys.files);
  if (stored !== undefined) return new Map(JSON.parse(stored) as [string, string][]);
  const { makeSpec } = await import("./make-spec.ts");
  const { rememberingStore } = await import("./store.ts");
  const own = rememberingStore(undefined, () => true);
  const again = await makeSpec(own, source, readImport, options, cacheOptions(options));
  const text = again.built && own.read(again.built.keys.files);
  if (text === undefined) throw new Error(`${source.path} was built and is now wrong`);
  return new Map(JSON.parse(text) as [string, string][]);
}
