/** Compiles the specs that a bundler asks for, each once for each state of the files that it is made of. */
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type BuildTarget,
  type CompiledModule,
  compileSpec,
  type ModuleId,
} from "../../compile/build/build-spec.ts";
import { moduleSourceMap, type SourceMap } from "../../compile/build/source-map.ts";
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { printJavascript } from "../../targets/modules/print-module.ts";
import { parseLayout } from "../cli/arguments/layout-choice.ts";
import { createHost, type Host } from "../cli/files/host.ts";
import { loadFiles } from "../cli/files/load.ts";
import { readTuningFile } from "../cli/files/read-tuning-file.ts";
import { withoutBanner } from "../types/spec-types.ts";
import type { NormcOptions } from "./options.ts";
import { queryOf } from "./spec-id.ts";

export interface BundledModule {
  readonly code: string;
  readonly map: SourceMap;
}

export interface SpecOutput {
  /** The modules by the query of their ids. None if there is an error. */
  readonly modules: ReadonlyMap<string, BundledModule>;
  readonly diagnostics: readonly Diagnostic[];
  /** What the types of the spec are printed from. Undefined if there is an error. */
  readonly main: { readonly source: Source; readonly module: CompiledModule } | undefined;
}

export interface CompiledOnce {
  /** The files that it depends on, by absolute path: the spec, what it imports, and the tuning file. Some may be missing. */
  readonly files: readonly string[];
  readonly output: Promise<SpecOutput>;
}

/** @param path the absolute path of the spec. */
export type SpecCompiler = (path: string, target: BuildTarget) => CompiledOnce;

/** The compiler remembers its last output for each spec, and looks at the files whenever it is asked. */
export function createCompiler(options: NormcOptions): SpecCompiler {
  const known = new Map<string, CompiledOnce & { readonly stamps: ReadonlyMap<string, string> }>();
  return (path, target) => {
    const key = path + queryOf({ target, kind: "forward" });
    const last = known.get(key);
    if (last !== undefined && [...last.stamps].every(([file, stamp]) => stampOf(file) === stamp)) return last;
    const stamps = new Map<string, string>();
    // Taken before the file is read: a change while it compiles is seen the next time.
    const note = (file: string): void => {
      if (!stamps.has(file)) stamps.set(file, stampOf(file));
    };
    const output = compile(path, target, options, note);
    // Whoever asked hears of a failure. It is no unhandled rejection if nobody did.
    output.catch(() => undefined);
    const once = { files: [...stamps.keys()], output, stamps };
    known.set(key, once);
    return once;
  };
}

/** Reads all files before its first `await`. */
async function compile(
  path: string,
  target: BuildTarget,
  { layouts = [], gradients = {}, tuning }: NormcOptions,
  note: (file: string) => void,
): Promise<SpecOutput> {
  const { files, diagnostics: found } = loadFiles([path], notingHost(note));
  const measured = tuning === undefined ? undefined : resolve(tuning);
  if (measured !== undefined) note(measured);
  const file = measured !== undefined && existsSync(measured) ? readTuningFile(measured) : undefined;
  const [spec] = files;
  const failed = (diagnostics: readonly Diagnostic[]): SpecOutput => ({
    modules: new Map(),
    diagnostics,
    main: undefined,
  });
  if (spec === undefined || hasErrors(found)) return failed(found);
  const { backward = true, save = "none" } = gradients;
  const { modules, diagnostics } = await compileSpec(spec, {
    targets: [target],
    backward,
    save: backward ? save : "none",
    layouts: layouts.map(parseLayout),
    tuning: file,
    specifierOf: (module) => specifierOf(path, module),
  });
  const all = [...found, ...diagnostics];
  const [module] = modules;
  if (hasErrors(all)) return failed(all);
  return {
    modules: new Map(modules.map((one) => [queryOf(one), bundled(one, spec.source)])),
    diagnostics: all,
    main: module && { source: spec.source, module },
  };
}

function specifierOf(path: string, module: ModuleId): string {
  return `./${path.replace(/^.*[/\\]/s, "")}${queryOf(module)}`;
}

/** A comment at its beginning would make a change of the text a change of the module. */
function bundled({ content }: CompiledModule, source: Source): BundledModule {
  const code = withoutBanner(printJavascript(content));
  return { code, map: moduleSourceMap(content, code, source) };
}

/** Tells which files a host reads or tries to read. */
function notingHost(note: (file: string) => void): Host {
  const host = createHost();
  return {
    ...host,
    read(path) {
      note(path);
      return host.read(path);
    },
    readImport(path, from) {
      const wanted = resolve(dirname(from.path), path);
      note(wanted);
      const found = host.readImport(path, from);
      if (found !== undefined && "path" in found) note(resolve(found.path));
      return found;
    },
  };
}

/** Changes whenever the file is written, replaced, deleted or made again. */
function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return "missing";
  }
}
