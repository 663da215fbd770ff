import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type Assembled, assemble, type FolderSpec, type Kept } from "../../../compile/build/assemble.ts";
import {
  type BuildTarget,
  type KernelText,
  type Language,
  targetOfText,
} from "../../../compile/build/file-names.ts";
import type { Layout } from "../../../compile/build/layouts.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type Diagnostic, hasErrors, type Source } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import { reportOnce } from "../../../language/diagnostics/reports.ts";
import type { TuningFile } from "../../../tuning/file/tuning-file.ts";
import { buildSpecs, textsOf } from "../../build/build-specs.ts";
import { cacheFolder } from "../../build/cache-folder.ts";
import type { SpecRecord } from "../../build/record.ts";
import { isSmall } from "../../build/spec-cache.ts";
import { openStore, rememberingStore, type Store } from "../../build/store.ts";
import type { ResultOfSpec, SpecOptions, Workplace } from "../../build/workplace.ts";
import { readLayout } from "../arguments/layout-choice.ts";
import { createHost, libraryPrefix } from "../files/host.ts";
import { libraryFolder } from "../files/package.ts";
import { readFiles } from "../files/read-files.ts";
import { readTuningFile } from "../files/read-tuning-file.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { printJson, say, showDiagnostics } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import { copiedRuntime, copiedRuntimes } from "./copied-runtime.ts";
import { type FolderContents, type Written, writeBuild } from "./output-folder.ts";

export interface BuildOptions {
  readonly out: string;
  readonly watch?: boolean;
  /** Whether what other builds put into the folder goes, though their specs are still there. */
  readonly prune?: boolean;
  readonly target: readonly BuildTarget[];
  readonly language: Language;
  readonly emit: readonly KernelText[];
  readonly backward: boolean;
  readonly runtime: string;
  readonly gpujsRuntime: string;
  readonly wasmRuntime: string;
  readonly copyRuntime?: boolean;
  readonly layout: readonly string[];
  readonly save: Save;
  readonly inline?: boolean;
  readonly tuning?: string;
  readonly json?: boolean;
}

export interface Round {
  readonly code: ExitCode;
  /** The files that the build depended on. */
  readonly sources: readonly string[];
}

/** What builds share, so that a watch reads nothing twice. */
export interface BuildPlace {
  readonly store: Store;
}

export function openPlace(paths: readonly string[]): BuildPlace {
  const own = paths.find((path) => dirname(path) !== libraryFolder);
  const cache = cacheFolder(own === undefined ? "." : dirname(own));
  return { store: rememberingStore(openStore(cache), isSmall) };
}

/** Shows how a build ended. Without `written`, nothing was. */
type Show = (diagnostics: readonly Diagnostic[], written: Written | undefined, options: BuildOptions) => void;

/** Builds the files once. */
export async function build(
  paths: readonly string[],
  options: BuildOptions,
  place = openPlace(paths),
  show: Show = report,
): Promise<Round> {
  const layouts = options.layout.map(readLayout);
  for (const one of options.emit) {
    const target = targetOfText[one];
    if (!options.target.includes(target)) throw new CommandError(2, `--emit ${one} needs --target ${target}`);
  }
  const given: SpecOptions = {
    targets: options.target,
    language: options.language,
    emit: options.emit,
    backward: options.backward,
    save: options.save,
    inline: options.inline === true,
    ...(options.copyRuntime === true
      ? copiedRuntimes
      : {
          runtime: options.runtime,
          gpujsRuntime: options.gpujsRuntime,
          wasmRuntime: options.wasmRuntime,
        }),
    layouts,
  };
  const host = createHost();
  const { sources, diagnostics: unread } = readFiles(paths, host);
  // Read in each round, because the tuning file may change while the build watches.
  const tuning = options.tuning === undefined ? undefined : readTuningFile(options.tuning);
  const specOptions = { ...given, tuning };
  const shown = progress(sources.length);
  const elsewhere: Diagnostic[] = [];
  const workplace: Workplace = {
    store: place.store,
    readImport: host.readImport,
    onMade: (source) => shown.step(source.path),
    onFound: (found) => elsewhere.push(...found),
  };
  const results = await buildSpecs(sources, specOptions, workplace).finally(() => shown.done());
  const read = [...paths, ...results.flatMap((one) => one.imports.map(({ path }) => path))];
  const diagnostics: Diagnostic[] = [];
  const tell = reportOnce((one) => diagnostics.push(one));
  const own = results.flatMap((one) => one.diagnostics);
  for (const one of [...unread, ...own, ...host.found, ...elsewhere]) tell(one);
  const assembled = hasErrors(diagnostics) ? undefined : assembleFolder(results, options, layouts);
  for (const one of assembled?.diagnostics ?? []) tell(one);
  if (assembled === undefined || hasErrors(diagnostics)) {
    show(diagnostics, undefined, options);
    return { code: 1, sources: read };
  }
  if (tuning !== undefined && !options.json) sayUnused(options.tuning!, tuning, results);
  const specs = results.map((one) => ({
    files: one.built?.record.files ?? [],
    texts: () => textsOf(one, specOptions, workplace),
  }));
  const folder = realFolder(options.out);
  const contents: FolderContents = {
    specs,
    sources: options.prune === true ? undefined : results.map(({ source }) => nameOf(folder, source)),
    others: (kept) => assembleFolder(results, options, layouts, kept).files,
  };
  show(diagnostics, await writeBuild(options.out, contents, place.store), options);
  return { code: 0, sources: read };
}

/** @throws CommandError if two specs would make the same file. */
function assembleFolder(
  results: readonly ResultOfSpec[],
  { out, target, copyRuntime }: BuildOptions,
  layouts: readonly Layout[],
  kept?: Kept,
): Exclude<Assembled, { clash: unknown }> {
  const folder = realFolder(out);
  const specs = results.flatMap(({ source, imports, built }) =>
    built === undefined ? [] : [{ source, imports, ...folderSpec(built.record, layouts) }],
  );
  const made = assemble(specs, {
    layouts,
    nameOf: (source) => nameOf(folder, source),
    ...(kept === undefined ? {} : { kept }),
    ...(copyRuntime === true ? { copiedRuntime: copiedRuntime(target) } : {}),
  });
  if (!("clash" in made)) return made;
  const { path, sources } = made.clash;
  const isOwn = (source: Source): boolean => specs.some((one) => one.source === source);
  const [first, second] = sources.map((one) =>
    isOwn(one) ? one.path : `${shownName(folder, one.path)} (an earlier build)`,
  );
  throw new CommandError(
    1,
    `${first} and ${second} would both make ${path}: build them into separate folders`,
  );
}

function folderSpec(
  { files, kernels, usedLayouts }: SpecRecord,
  layouts: readonly Layout[],
): Omit<FolderSpec, "source" | "imports"> {
  return {
    files: files.map((one) => one.path),
    kernels: new Map(kernels),
    usedLayouts: new Set(usedLayouts.flatMap((i) => layouts[i] ?? [])),
    diagnostics: [],
  };
}

/** Warns about results that no spec of this build uses. That is not an error, because one file may serve many builds. */
function sayUnused(path: string, tuning: TuningFile, results: readonly ResultOfSpec[]): void {
  const used = results.reduce((sum, one) => sum + (one.built?.record.tuned ?? 0), 0);
  const known = new Set([...tuning.adapters.values()].flatMap((one) => [...one.programs.keys()])).size;
  const others = "for the others the default is the fastest, or they belong to other versions of the specs";
  say(`${path}: ${used} of its ${known} tuned programs went in${used < known ? `; ${others}` : ""}`);
}

function report(
  diagnostics: readonly Diagnostic[],
  written: Written | undefined,
  { json, out }: BuildOptions,
): void {
  const shown = (name: string): string => shownName(realFolder(out), name);
  if (json) {
    const nothing: Written = { written: [], deleted: [], unchanged: 0, kept: [], gone: [] };
    const { kept, gone, ...files } = written ?? nothing;
    const named = { kept: kept.map(shown), gone: gone.map(shown) };
    printJson({ out, ...files, ...named, diagnostics: renderJson(diagnostics) });
    return;
  }
  showDiagnostics(diagnostics, false);
  if (written === undefined) {
    say("nothing was written");
    return;
  }
  const parts = [`${written.written.length} files written`, `${written.unchanged} unchanged`];
  if (written.deleted.length > 0) parts.push(`${written.deleted.length} deleted`);
  say(`${join(out)}: ${parts.join(", ")}`);
  const { kept, gone } = written;
  if (gone.length > 0) say(`deleted what was made of ${few(gone.map(shown))}: not there any more`);
  if (kept.length > 0) say(`kept what other builds made of ${few(kept.map(shown))}; --prune deletes it`);
}

/** Paths in the manifest are relative to the real path of the folder, which may not exist yet. */
function realFolder(out: string): string {
  try {
    return realpathSync(out);
  } catch {
    return resolve(out);
  }
}

/** A name of the manifest, for people. */
function shownName(folder: string, name: string): string {
  return name.startsWith(libraryPrefix) ? name : relative(process.cwd(), resolve(folder, name));
}

function few(names: readonly string[]): string {
  const most = 4;
  const more = names.length > most + 1 ? [`${names.length - most} others`] : [];
  return [...names.slice(0, more.length === 0 ? names.length : most), ...more].join(", ");
}

/** The name of a source in the manifest. Where the package is installed is nothing to remember. */
function nameOf(folder: string, source: Source): string {
  if (dirname(source.path) === libraryFolder) return `${libraryPrefix}${basename(source.path)}`;
  return relative(folder, source.path).split(sep).join("/");
}
