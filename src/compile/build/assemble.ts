/**
 * What a folder holds beside the modules of its specs: the lock file and the manifest. Nothing here needs the compiler,
 * so a build in which nothing changed loads none of it.
 */
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { version } from "../../program/compiler-version.ts";
import { baseName } from "./file-names.ts";
import { type Layout, unusedLayouts } from "./layouts.ts";
import { type Lock, lockName, printLock } from "./lock.ts";
import {
  hashOf,
  type Manifest,
  type ManifestSource,
  manifestName,
  marker,
  printManifest,
} from "./manifest.ts";

/** A spec that was built, without the texts of its files. */
export interface FolderSpec {
  readonly source: Source;
  /** All files that it imports, directly or indirectly. */
  readonly imports: readonly Source[];
  /** The paths of its files in the output folder. */
  readonly files: readonly string[];
  readonly kernels: Lock;
  readonly usedLayouts: ReadonlySet<Layout>;
  /** Options that do not suit the spec. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Two specs that would make the same file. */
export interface Clash {
  readonly path: string;
  /** A source of another build has the name of the manifest and no text. */
  readonly sources: readonly [Source, Source];
}

/** What other builds made in the same folder. */
export interface Kept {
  readonly sources: readonly ManifestSource[];
  readonly locks: readonly { readonly path: string; readonly kernels: Lock }[];
  /** Files that belong to no source. */
  readonly files: readonly string[];
}

export type Assembled =
  /** The copied runtime, the lock file and the manifest, which comes last. None if there are errors. */
  | { readonly files: ReadonlyMap<string, string>; readonly diagnostics: readonly Diagnostic[] }
  | { readonly clash: Clash };

export interface AssembleOptions {
  /** Returns the name of a source in the manifest. @default the path of the source */
  readonly nameOf?: (source: Source) => string;
  readonly layouts?: readonly Layout[];
  /** A copy of the runtime for the modules, by path in the output folder. */
  readonly copiedRuntime?: ReadonlyMap<string, string>;
  readonly kept?: Kept;
}

const nothingKept: Kept = { sources: [], locks: [], files: [] };

export function assemble(
  specs: readonly FolderSpec[],
  {
    nameOf = (source) => source.path,
    layouts = [],
    copiedRuntime = new Map(),
    kept = nothingKept,
  }: AssembleOptions = {},
): Assembled {
  const clash = clashOf(specs, kept);
  if (clash !== undefined) return { clash };
  const used = new Set(specs.flatMap((one) => [...one.usedLayouts]));
  const diagnostics = [...specs.flatMap((one) => one.diagnostics), ...unusedLayouts(layouts, used)];
  if (hasErrors(diagnostics)) return { files: new Map(), diagnostics };
  const named = (source: Source): { path: string; hash: string } => ({
    path: nameOf(source),
    hash: hashOf(source),
  });
  const own = specs.map(({ source, imports, files }) => ({
    ...named(source),
    imports: imports.map(named),
    files,
  }));
  const sources: readonly ManifestSource[] = [...own, ...kept.sources].sort(byPath);
  const ownLocks = specs.map(({ source, kernels }) => ({ path: baseName(source.path), kernels }));
  // Whichever of the builds comes last, the file is the same.
  const locks = kept.sources.length === 0 ? ownLocks : [...ownLocks, ...kept.locks].sort(byPath);
  const files = [...sources.flatMap((one) => one.files), ...copiedRuntime.keys(), ...kept.files, lockName];
  const manifest: Manifest = {
    compiler: version,
    sources,
    files: [...new Set(files)].sort(),
  };
  const texts = new Map([
    ...copiedRuntime,
    [lockName, printLock(`${marker}${version}`, locks)],
    [manifestName, printManifest(manifest)],
  ]);
  return { files: texts, diagnostics };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function clashOf(specs: readonly FolderSpec[], kept: Kept): Clash | undefined {
  const others = kept.sources.map(({ path, files }) => ({ source: { path, text: "" }, files }));
  const owners = new Map<string, Source>();
  for (const { source, files } of [...others, ...specs]) {
    for (const path of files) {
      // Some file systems ignore case.
      const owner = owners.get(path.toLowerCase());
      if (owner !== undefined && owner !== source) return { path, sources: [owner, source] };
      owners.set(path.toLowerCase(), source);
    }
  }
  return undefined;
}
