/** Compiles the specs that a bundler asks for, each once for each state of the files that it is made of. */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type CompiledModule, compileSpec } from "../../../compile/build/build-spec.ts";
import type { BuildTarget } from "../../../compile/build/file-names.ts";
import { moduleSourceMap, type SourceMap } from "../../../compile/build/source-map.ts";
import {
  type Diagnostic,
  diagnostic,
  hasErrors,
  type Source,
} from "../../../language/diagnostics/diagnostic.ts";
import { printJavascript } from "../../../targets/modules/print-module.ts";
import type { TuningFile } from "../../../tuning/file/tuning-file.ts";
import { createHost, type Host, libraryPrefix } from "../../cli/files/host.ts";
import { loadFiles } from "../../cli/files/load.ts";
import { readTuningFile } from "../../cli/files/read-tuning-file.ts";
import { CommandError, InputError } from "../../cli/terminal/failure.ts";
import { withoutBanner } from "../../types/spec-types.ts";
import { fileStamps, type Stamps } from "./file-stamp.ts";
import type { Settings } from "./settings.ts";
import { queryOf } from "./spec-id.ts";

export interface BundledModule {
  readonly code: string;
  readonly map: SourceMap;
}

export interface SpecOutput {
  /** The modules by the query of their ids. None if there is an error. */
  readonly modules: ReadonlyMap<string, BundledModule>;
  readonly diagnostics: readonly Diagnostic[];
  /** The module that users import. Undefined if there is an error, and for a spec without norms. */
  readonly main: { readonly source: Source; readonly module: CompiledModule } | undefined;
}

export interface CompiledOnce {
  /** The files that it depends on, by absolute path: the spec, what it imports, the tuning file. Some may be missing. */
  readonly files: ReadonlySet<string>;
  readonly output: Promise<SpecOutput>;
}

/** @param path the absolute path of the spec. */
export type SpecCompiler = (path: string, target: BuildTarget, settings: Settings) => CompiledOnce;

/** The compiler remembers its last output for each spec, and looks at the files whenever it is asked. */
export function createCompiler(): SpecCompiler {
  const known = new Map<string, CompiledOnce & { readonly settings: Settings; readonly stamps: Stamps }>();
  return (path, target, settings) => {
    const key = path + queryOf({ target, kind: "forward" });
    const last = known.get(key);
    if (last?.settings === settings && last.stamps.hold()) return last;
    const stamps = fileStamps();
    const output = compile(path, target, settings, stamps);
    const once = { files: stamps.files, output, settings, stamps };
    known.set(key, once);
    return once;
  };
}

/** Reads all files before its first `await`. */
async function compile(
  path: string,
  target: BuildTarget,
  { backward, save, inline, layouts, tuning }: Settings,
  stamps: Stamps,
): Promise<SpecOutput> {
  const { files, diagnostics: found } = loadFiles([path], notingHost(stamps));
  const measured = readTuning(tuning, stamps);
  const [spec] = files;
  const failed = { modules: new Map(), main: undefined };
  if (spec === undefined || hasErrors(found)) return { ...failed, diagnostics: found };
  if ("diagnostics" in measured) return { ...failed, diagnostics: measured.diagnostics };
  const { modules, diagnostics } = await compileSpec(spec, {
    targets: [target],
    backward,
    save,
    inline,
    layouts,
    tuning: measured.file,
    specifierOf: (module) => `./${basename(path)}${queryOf(module)}`,
  });
  const all = [...found, ...diagnostics];
  if (hasErrors(all)) return { ...failed, diagnostics: all };
  const [module] = modules;
  return {
    modules: new Map(modules.map((one) => [queryOf(one), bundled(one, spec.source)])),
    diagnostics: all,
    main: module && { source: spec.source, module },
  };
}

function readTuning(
  path: string | undefined,
  { note }: Stamps,
): { readonly file: TuningFile | undefined } | { readonly diagnostics: readonly Diagnostic[] } {
  if (path === undefined) return { file: undefined };
  note(path);
  if (!existsSync(path)) return { file: undefined };
  try {
    return { file: readTuningFile(path) };
  } catch (error) {
    if (error instanceof InputError) return error;
    if (!(error instanceof CommandError)) throw error;
    return {
      diagnostics: [diagnostic("N613", error.message, { source: { path, text: "" }, start: 0, end: 0 })],
    };
  }
}

/** A comment at its beginning would make a change of the text a change of the module. */
function bundled({ content }: CompiledModule, source: Source): BundledModule {
  const code = withoutBanner(printJavascript(content));
  return { code, map: moduleSourceMap(content, code, source) };
}

/** Notes the files that a host reads or tries to read. */
function notingHost({ note }: Stamps): Host {
  const host = createHost();
  return {
    ...host,
    read(path) {
      note(path);
      return host.read(path);
    },
    readImport(path, from) {
      if (!path.startsWith(libraryPrefix)) note(resolve(dirname(from.path), path));
      return host.readImport(path, from);
    },
  };
}
