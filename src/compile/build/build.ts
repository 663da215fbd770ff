/** Builds everything in an output folder from checked specs: modules, readable shaders, the lock file, the manifest. */
import { importedSources } from "../../language/check/modules/modules.ts";
import type { Diagnostic, Source } from "../../language/diagnostics/diagnostic.ts";
import { assemble, type Clash } from "./assemble.ts";
import { type BuildOptions, type BuiltSpec, buildSpec, type CheckedSpec } from "./build-spec.ts";

export interface BuildAllOptions extends BuildOptions {
  /** Returns the name of a source in the manifest. @default the path of the source */
  readonly nameOf?: (source: Source) => string;
  /** A copy of the runtime for the modules, by path in the output folder. */
  readonly copiedRuntime?: ReadonlyMap<string, string>;
  /** Called after each spec. */
  readonly onProgress?: (done: Source) => void;
}

export interface BuiltFiles {
  /** File texts by path in the output folder, with the lock file and the manifest. Empty if there are errors. */
  readonly files: ReadonlyMap<string, string>;
  readonly specs: readonly BuiltSpec[];
  /** Options that do not suit the specs. */
  readonly diagnostics: readonly Diagnostic[];
  /** Two specs that would make the same file. If set, there are no files. */
  readonly clash?: Clash;
}

export async function buildAll(
  specs: readonly CheckedSpec[],
  options: BuildAllOptions = {},
): Promise<BuiltFiles> {
  const built: BuiltSpec[] = [];
  for (const spec of specs) {
    built.push(await buildSpec(spec, options));
    options.onProgress?.(spec.source);
  }
  const parts = built.map((one, i) => ({
    ...one,
    imports: importedSources(specs[i]!.checked.module),
    files: [...one.files.keys()],
  }));
  const made = assemble(parts, options);
  if ("clash" in made) return { files: new Map(), specs: built, diagnostics: [], clash: made.clash };
  const { files, diagnostics } = made;
  // With errors there are no files at all.
  if (files.size === 0) return { files, specs: built, diagnostics };
  return { files: new Map([...built.flatMap((one) => [...one.files]), ...files]), specs: built, diagnostics };
}
