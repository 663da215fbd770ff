/** Makes a spec that the cache does not have, and stores it. This file and its imports are loaded only if there is one. */
import { type BuildOptions, buildSpec } from "../../compile/build/build-spec.ts";
import { checkSource } from "../../compile/precision/check-source.ts";
import type { ReadImport } from "../../language/check/modules/modules.ts";
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../language/diagnostics/reports.ts";
import { printRecord, type SpecRecord } from "./record.ts";
import {
  type CacheKeys,
  type CacheOptions,
  keysOf,
  needsKey,
  printNeeds,
  type ReadSource,
} from "./spec-cache.ts";
import { type Store, sha256 } from "./store.ts";

export interface MadeSpec {
  /** Undefined if the spec has errors. */
  readonly built: { readonly keys: CacheKeys; readonly record: SpecRecord } | undefined;
  readonly imports: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @throws Error only if the compiler has a defect. */
export async function makeSpec(
  store: Store,
  source: Source,
  readImport: ReadImport,
  options: BuildOptions,
  cache: CacheOptions,
): Promise<MadeSpec> {
  const diagnostics: Diagnostic[] = [];
  const sources = [source];
  const reads: ReadSource[] = [];
  const recorded: ReadImport = (path, from) => {
    const found = readImport(path, from);
    if (found === undefined || !("text" in found)) return found;
    const known = sources.indexOf(found);
    reads.push({ from: sources.indexOf(from), path, source: known < 0 ? sources.length : known });
    if (known < 0) sources.push(found);
    return found;
  };
  const checked = checkSource(
    source,
    recorded,
    reportOnce((one) => diagnostics.push(one)),
  );
  // In the order of reading, as the cache finds them.
  const imports = sources.slice(1);
  if (hasErrors(diagnostics)) return { built: undefined, imports, diagnostics };
  const made = await buildSpec({ source, checked }, options);
  diagnostics.push(...made.diagnostics);
  if (hasErrors(diagnostics)) return { built: undefined, imports, diagnostics };

  const { files, kernels, tuned, usedLayouts, programs } = made;
  const record: SpecRecord = {
    files: [...files].map(([path, text]) => ({ path, hash: sha256(text) })),
    kernels: [...kernels],
    tuned,
    usedLayouts: (options.layouts ?? []).flatMap((one, i) => (usedLayouts.has(one) ? [i] : [])),
    diagnostics,
  };
  const needs = { imports: reads, programs };
  const keys = keysOf(sources, needs, cache);
  // The texts first: what the record promises is there.
  store.write(keys.files, JSON.stringify([...files]));
  store.write(keys.record, printRecord(record, sources));
  store.write(needsKey(source, cache), printNeeds(needs));
  return { built: { keys, record }, imports, diagnostics };
}
