/**
 * Makes a spec that the cache does not have. Any thread can do the first half. This file and its imports are loaded only if
 * there is such a spec.
 */
import { type BuildOptions, startSpec } from "../../compile/build/build-spec.ts";
import { checkSource } from "../../compile/precision/check-source.ts";
import type { ReadImport } from "../../language/check/modules/modules.ts";
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../language/diagnostics/reports.ts";
import { finishSpec, type MadeSpec, type StartedSpec } from "./finish-spec.ts";
import type { CacheOptions, ReadSource } from "./spec-cache.ts";
import type { Store } from "./store.ts";

/** @throws Error only if the compiler has a defect. */
export async function makeSpec(
  store: Store,
  source: Source,
  readImport: ReadImport,
  options: BuildOptions,
  cache: CacheOptions,
): Promise<MadeSpec> {
  return finishSpec(store, await startMake(source, readImport, options), cache);
}

/** @throws Error only if the compiler has a defect. */
export async function startMake(
  source: Source,
  readImport: ReadImport,
  options: BuildOptions,
): Promise<StartedSpec> {
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
  if (hasErrors(diagnostics)) return { built: undefined, sources, reads, diagnostics };
  const { files, kernels, tuned, usedLayouts, programs, ...made } = await startSpec(
    { source, checked },
    options,
  );
  diagnostics.push(...made.diagnostics);
  if (hasErrors(diagnostics)) return { built: undefined, sources, reads, diagnostics };
  const used = (options.layouts ?? []).flatMap((one, i) => (usedLayouts.has(one) ? [i] : []));
  return { built: { files, kernels, tuned, programs, usedLayouts: used }, sources, reads, diagnostics };
}
