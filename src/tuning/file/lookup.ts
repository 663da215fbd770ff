/** Looks up the results for a program, its extents and the adapter. */
import type { Program } from "../../program/program.ts";
import type { Dtypes } from "../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../runtime/shapes/shapes.ts";
import { type Choices, type TuningFile, writeChoices } from "./tuning-file.ts";
import { type AdapterFacts, bucketOf, sameAdapter } from "./tuning-key.ts";

/** Undefined if the file has no result. Empty choices if the default was the best. */
export function knownChoices(
  file: TuningFile,
  facts: AdapterFacts,
  program: { readonly hash: string; readonly compiler: string },
  bucket: string,
): Choices | undefined {
  for (const adapter of file.adapters.values()) {
    if (!sameAdapter(adapter.facts, facts)) continue;
    for (const { hash, compiler, results } of adapter.programs.values()) {
      if (hash !== program.hash || compiler !== program.compiler) continue;
      const found = results.get(bucket);
      if (found !== undefined) return found.choices;
    }
  }
  return undefined;
}

/** The tuning results that `normc build --tuning` puts into a module: choices without times. */
export interface BakedTuning {
  readonly adapters: readonly {
    readonly facts: AdapterFacts;
    /** By bucket, then by kernel. */
    readonly results: Readonly<Record<string, unknown>>;
  }[];
}

/** The results of a file for a program, to be put into its module; undefined if it has none. */
export function bake(
  file: TuningFile,
  program: { readonly hash: string; readonly compiler: string },
): BakedTuning | undefined {
  const adapters = [...file.adapters.values()].flatMap(({ facts, programs }) => {
    const own = [...programs.values()].filter(
      ({ hash, compiler }) => hash === program.hash && compiler === program.compiler,
    );
    // Buckets in which the default was the best are left out.
    const results = own
      .flatMap((one) => [...one.results])
      .filter(([, { choices }]) => choices.size > 0)
      .map(([bucket, { choices }]) => [bucket, writeChoices(choices)] as const);
    return results.length === 0 ? [] : [{ facts, results: Object.fromEntries(results.sort()) }];
  });
  return adapters.length === 0 ? undefined : { adapters };
}

export function bakedResult(
  tuning: BakedTuning,
  facts: AdapterFacts,
  program: Program,
  shapes: Shapes,
  dtypes: Dtypes,
): unknown {
  const bucket = bucketOf(program, shapes, dtypes);
  for (const adapter of tuning.adapters) {
    if (!sameAdapter(adapter.facts, facts)) continue;
    if (Object.hasOwn(adapter.results, bucket)) return adapter.results[bucket];
  }
  return undefined;
}
