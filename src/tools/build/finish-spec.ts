/** The second half of making a spec: writes the declarations of its modules, and stores it. */
import type { UnfinishedSpec } from "../../compile/build/build-spec.ts";
import type { Diagnostic, Source } from "../../language/diagnostics/diagnostic.ts";
import { finishFiles } from "../../targets/modules/unfinished-module.ts";
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

/** What a thread hands to the one that finishes specs: plain data. */
export interface StartedSpec {
  /** Undefined if the spec has errors. */
  readonly built: (Omit<UnfinishedSpec, "source" | "diagnostics" | "usedLayouts"> & UsedLayouts) | undefined;
  /** The spec and its imports, in the order of reading, as the cache finds them. */
  readonly sources: readonly Source[];
  readonly reads: readonly ReadSource[];
  readonly diagnostics: readonly Diagnostic[];
}

interface UsedLayouts {
  /** By number: a copy of a layout is another one. */
  readonly usedLayouts: readonly number[];
}

export async function finishSpec(
  store: Store,
  { built, sources, reads, diagnostics }: StartedSpec,
  cache: CacheOptions,
): Promise<MadeSpec> {
  const imports = sources.slice(1);
  if (built === undefined) return { built: undefined, imports, diagnostics };
  const { kernels, tuned, usedLayouts, programs } = built;
  const files = await finishFiles(built.files);
  const record: SpecRecord = {
    files: [...files].map(([path, text]) => ({ path, hash: sha256(text) })),
    kernels: [...kernels],
    tuned,
    usedLayouts,
    diagnostics,
  };
  const needs = { imports: reads, programs };
  const keys = keysOf(sources, needs, cache);
  // The texts first: what the record promises is there.
  store.write(keys.files, JSON.stringify([...files]));
  store.write(keys.record, printRecord(record, sources));
  store.write(needsKey(sources[0]!, cache), printNeeds(needs));
  return { built: { keys, record }, imports, diagnostics };
}
