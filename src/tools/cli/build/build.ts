import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type Diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { escaped } from "../../../language/diagnostics/display.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import type { TuningFile } from "../../../tuning/file/tuning-file.ts";
import { parseLayout } from "../arguments/layout-choice.ts";
import { refusedSaves } from "../arguments/save-choice.ts";
import { loadFiles } from "../files/load.ts";
import { readTuningFile } from "../files/tuning-file.ts";
import { CommandError, type ExitCode, InputError } from "../terminal/failure.ts";
import { printJson, say, showDiagnostics } from "../terminal/output.ts";
import { type BuildFiles, type BuildTarget, buildFiles, importsOf } from "./build-files.ts";
import { type Written, writeBuild } from "./output-folder.ts";

export interface BuildOptions {
  readonly out: string;
  readonly watch?: boolean;
  readonly target: readonly BuildTarget[];
  readonly runtime: string;
  readonly gpujsRuntime: string;
  readonly layout: readonly string[];
  readonly save: Save;
  readonly tuning?: string;
  readonly json?: boolean;
}

interface Round {
  readonly code: ExitCode;
  /** The files that it depended on. */
  readonly sources: readonly string[];
}

export async function build(paths: readonly string[], options: BuildOptions): Promise<ExitCode> {
  const layouts = options.layout.map(parseLayout);
  const round = async (): Promise<Round> => {
    const { files, diagnostics: found } = loadFiles(paths);
    const refused = hasErrors(found)
      ? []
      : files.flatMap(({ source, checked }) =>
          refusedSaves(
            source,
            checked.norms.flatMap((one) => one.graphs),
            options.save,
          ),
        );
    const diagnostics = [...found, ...refused];
    const sources = [
      ...paths,
      ...files.flatMap((one) => importsOf(one.checked.module).map((source) => source.path)),
    ];
    if (hasErrors(diagnostics)) {
      report(diagnostics, undefined, options);
      if (!options.json) say("nothing was written");
      return { code: 1, sources };
    }
    // Read in each round: while watching, it may be tuned anew.
    const tuning = options.tuning === undefined ? undefined : readTuningFile(options.tuning);
    const made: BuildFiles = await buildFiles(files, {
      out: realFolder(options.out),
      targets: options.target,
      runtime: options.runtime,
      gpujsRuntime: options.gpujsRuntime,
      layouts,
      save: options.save,
      tuning,
    });
    if (tuning !== undefined && !options.json) sayUnused(options.tuning!, tuning, made);
    report(diagnostics, writeBuild(options.out, made), options);
    return { code: 0, sources };
  };
  if (!options.watch) return (await round()).code;
  const { watchRounds } = await import("../files/watch.ts");
  return watchRounds(paths, () => surviving(paths, round));
}

/** While watching, a mistake is shown and waited out. */
async function surviving(paths: readonly string[], round: () => Promise<Round>): Promise<readonly string[]> {
  try {
    return (await round()).sources;
  } catch (error) {
    if (error instanceof InputError) showDiagnostics(error.diagnostics, false);
    else if (error instanceof CommandError) say(escaped(`normc: ${error.message}`));
    else throw error;
    return paths;
  }
}

/** Tuning that is for nothing here is no mistake (a file may be for many builds), but worth a word. */
function sayUnused(path: string, tuning: TuningFile, { texts }: BuildFiles): void {
  const used = [...texts.keys()].filter((one) => one.startsWith("tuned/")).length;
  const known = new Set([...tuning.adapters.values()].flatMap((one) => [...one.programs.keys()])).size;
  const others = "of the others the default is the fastest, or they are not of these specs as they are now";
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

/** Paths in the manifest are relative to where the folder really is; it may not be there yet. */
function realFolder(out: string): string {
  try {
    return realpathSync(out);
  } catch {
    return resolve(out);
  }
}
