/** Builds everything in an output folder from checked specs: modules, readable shaders, the lock file, the manifest. */
import { importedSources } from "../../language/check/modules/modules.ts";
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { version } from "../../program/compiler-version.ts";
import {
  type BuildOptions,
  type BuiltSpec,
  buildSpec,
  type CheckedSpec,
  hashOf,
  marker,
} from "./build-spec.ts";
import { baseName } from "./file-names.ts";
import { unusedLayouts } from "./layouts.ts";
import { lockName, printLock } from "./lock.ts";
import { type Manifest, manifestName, printManifest } from "./manifest.ts";

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
  readonly clash?: { readonly path: string; readonly sources: readonly [Source, Source] };
}

export async function buildAll(
  specs: readonly CheckedSpec[],
  options: BuildAllOptions = {},
): Promise<BuiltFiles> {
  const { nameOf = (source) => source.path, onProgress, layouts = [], copiedRuntime = [] } = options;
  const built: BuiltSpec[] = [];
  const owners = new Map<string, Source>();
  for (const spec of specs) {
    const one = await buildSpec(spec, options);
    built.push(one);
    for (const path of one.files.keys()) {
      // Some file systems ignore case.
      const owner = owners.get(path.toLowerCase());
      if (owner !== undefined) {
        const clash = { path, sources: [owner, spec.source] as const };
        return { files: new Map(), specs: built, diagnostics: [], clash };
      }
      owners.set(path.toLowerCase(), spec.source);
    }
    onProgress?.(spec.source);
  }
  const used = new Set(built.flatMap((one) => [...one.usedLayouts]));
  const diagnostics = [...built.flatMap((one) => one.diagnostics), ...unusedLayouts(layouts, used)];
  if (hasErrors(diagnostics)) return { files: new Map(), specs: built, diagnostics };

  const sources = built
    .map((one, i) => ({
      path: nameOf(one.source),
      hash: hashOf(one.source),
      imports: importedSources(specs[i]!.checked.module).map((source) => ({
        path: nameOf(source),
        hash: hashOf(source),
      })),
      files: [...one.files.keys()],
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = new Map([...built.flatMap((one) => [...one.files]), ...copiedRuntime]);
  const locks = built.map(({ source, kernels }) => ({ path: baseName(source.path), kernels }));
  files.set(lockName, printLock(`${marker}${version}`, locks));
  const manifest: Manifest = {
    compiler: version,
    sources,
    files: [...files.keys()].sort(),
  };
  files.set(manifestName, printManifest(manifest));
  return { files, specs: built, diagnostics };
}
