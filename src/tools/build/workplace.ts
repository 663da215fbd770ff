/** What building specs takes and gives, on whatever thread. */
import type { BuildOptions } from "../../compile/build/build-spec.ts";
import type { ReadImport } from "../../language/check/modules/modules.ts";
import type { Diagnostic, Source } from "../../language/diagnostics/diagnostic.ts";
import type { SpecRecord } from "./record.ts";
import type { CacheKeys } from "./spec-cache.ts";
import type { Store } from "./store.ts";

/** What threads can hand to each other: no functions. */
export type SpecOptions = Omit<BuildOptions, "specifierOf">;

export interface Workplace {
  readonly store: Store;
  readonly readImport: ReadImport;
  /** Called after each spec that had to be made. */
  readonly onMade?: (source: Source) => void;
  /** Mistakes that other threads found in reading imports. */
  readonly onFound?: (found: readonly Diagnostic[]) => void;
}

export interface ResultOfSpec {
  readonly source: Source;
  readonly imports: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined if the spec has errors. */
  readonly built: BuiltRecord | undefined;
}

export interface BuiltRecord {
  readonly keys: CacheKeys;
  readonly record: SpecRecord;
}
