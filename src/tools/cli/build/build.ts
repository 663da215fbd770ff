import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type BuiltFiles, buildAll } from "../../../compile/build/build.ts";
import type { BuildTarget } from "../../../compile/build/build-spec.ts";
import type { Language } from "../../../compile/build/file-names.ts";
import type { Layout } from "../../../compile/build/layouts.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { importedSources } from "../../../language/check/modules/modules.ts";
import { type Diagnostic, hasErrors, type Source } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import type { TuningFile } from "../../../tuning/file/tuning-file.ts";
import { readLayout } from "../arguments/layout-choice.ts";
import { libraryPrefix } from "../files/host.ts";
import { type LoadedFile, loadFiles } from "../files/load.ts";
import { libraryFolder } from "../files/package.ts";
import { readTuningFile } from "../files/read-tuning-file.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { printJson, say, showDiagnostics } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import { type Written, writeBuild } from "./output-folder.ts";

export interface BuildOptions {
  readonly out: string;
  readonly watch?: boolean;
  readonly target: readonly BuildTarget[];
  readonly language: Language;
  readonly emit: readonly BuildTarget[];
  readonly backward: boolean;
  readonly runtime: string;
  readonly gpujsRuntime: string;
  readonly layout: readonly string[];
  readonly save: Save;
  readonly tuning?: string;
  readonly json?: boolean;
}

export interface Round {
  readonly code: ExitCode;
  /** The files that the build depended on. */
  readonly sources: readonly string[];
}

/** Builds the files once. */
export async function build(paths: readonly string[], options: BuildOptions): Promise<Round> {
  const layouts = options.layout.map(readLayout);
  for (const one of options.emit) {
    if (!options.target.includes(one)) throw new CommandError(2, `--emit ${one} needs --target ${one}`);
  }
  const { files, diagnostics: found } = loadFiles(paths);
  const imported = files.flatMap((one) => importedSources(one.checked.module).map(({ path }) => path));
  const sources = [...paths, ...imported];
  // Read in each round, because the tuning file may change while the build watches.
  const tuning = options.tuning === undefined ? undefined : readTuningFile(options.tuning);
  const made = hasErrors(found) ? undefined : await buildShowing(files, layouts, tuning, options);
  const diagnostics = [...found, ...(made?.diagnostics ?? [])];
  if (made === undefined || hasErrors(diagnostics)) {
    report(diagnostics, undefined, options);
    if (!options.json) say("nothing was written");
    return { code: 1, sources };
  }
  if (tuning !== undefined && !options.json) sayUnused(options.tuning!, tuning, made);
  report(diagnostics, writeBuild(options.out, made.files), options);
  return { code: 0, sources };
}

async function buildShowing(
  files: readonly LoadedFile[],
  layouts: readonly Layout[],
  tuning: TuningFile | undefined,
  options: BuildOptions,
): Promise<BuiltFiles> {
  const shown = progress(files.length);
  const folder = realFolder(options.out);
  const made = await buildAll(files, {
    targets: options.target,
    language: options.language,
    emit: options.emit,
    backward: options.backward,
    save: options.save,
    runtime: options.runtime,
    gpujsRuntime: options.gpujsRuntime,
    layouts,
    tuning,
    nameOf: (source) => nameOf(folder, source),
    onProgress: (source) => shown.step(source.path),
  }).finally(() => shown.done());
  if (made.clash === undefined) return made;
  const { path, sources } = made.clash;
  const [first, second] = sources.map((one) => one.path);
  throw new CommandError(
    1,
    `${first} and ${second} would both make ${path}: build them into separate folders`,
  );
}

/** Warns about results that no spec of this build uses. That is not an error, because one file may serve many builds. */
function sayUnused(path: string, tuning: TuningFile, { specs }: BuiltFiles): void {
  const used = specs.reduce((sum, one) => sum + one.tuned, 0);
  const known = new Set([...tuning.adapters.values()].flatMap((one) => [...one.programs.keys()])).size;
  const others = "for the others the default is the fastest, or they belong to other versions of the specs";
  say(`${path}: ${used} of its ${known} tuned programs went in${used < known ? `; ${others}` : ""}`);
}

function report(
  diagnostics: readonly Diagnostic[],
  written: Written | undefined,
  { json, out }: BuildOptions,
): void {
  if (json) {
    const nothing: Written = { written: [], deleted: [], unchanged: 0 };
    printJson({ out, ...(written ?? nothing), diagnostics: renderJson(diagnostics) });
    return;
  }
  showDiagnostics(diagnostics, false);
  if (written === undefined) return;
  const parts = [`${written.written.length} files written`, `${written.unchanged} unchanged`];
  if (written.deleted.length > 0) parts.push(`${written.deleted.length} deleted`);
  say(`${join(out)}: ${parts.join(", ")}`);
}

/** Paths in the manifest are relative to the real path of the folder, which may not exist yet. */
function realFolder(out: string): string {
  try {
    return realpathSync(out);
  } catch {
    return resolve(out);
  }
}

/** The name of a source in the manifest. Where the package is installed is nothing to remember. */
function nameOf(folder: string, source: Source): string {
  if (dirname(source.path) === libraryFolder) return `${libraryPrefix}${basename(source.path)}`;
  return relative(folder, source.path).split(sep).join("/");
}
