/** Reads and checks the files of a command. */
import { type CheckedFile, checkFile } from "../../../language/check/check.ts";
import {
  type Diagnostic,
  diagnostic,
  hasErrors,
  type Source,
} from "../../../language/diagnostics/diagnostic.ts";
import { InputError } from "../terminal/failure.ts";
import { createHost, type Host } from "./host.ts";

export interface LoadedFile {
  readonly source: Source;
  readonly checked: CheckedFile;
}

export interface Loaded {
  readonly files: readonly LoadedFile[];
  /** The diagnostics of all files, each once: two files may import the same wrong file. */
  readonly diagnostics: readonly Diagnostic[];
}

export function loadFiles(paths: readonly string[], host: Host = createHost()): Loaded {
  const files: LoadedFile[] = [];
  const found: Diagnostic[] = [];
  const seen = new Set<Source>();
  for (const path of paths) {
    try {
      const source = host.read(path);
      if (seen.has(source)) continue;
      seen.add(source);
      files.push({ source, checked: loadFile(source, host, found) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.push(...error.diagnostics);
    }
  }
  return { files, diagnostics: eachOnce([...found, ...host.found]) };
}

function loadFile(source: Source, host: Host, found: Diagnostic[]): CheckedFile {
  const own: Diagnostic[] = [];
  const checked = checkFile(source, host.readImport, (one) => own.push(one));
  if (!hasErrors(own) && checked.module.file.items.every((one) => one.kind === "import")) {
    const span = { source, start: 0, end: 0 };
    own.push(diagnostic("N004", "this file declares no norm and no function", span));
  }
  found.push(...own);
  return checked;
}

function eachOnce(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const known = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const key = JSON.stringify([one.code, one.span.source.path, one.span.start, one.message]);
    if (!known.has(key)) known.set(key, one);
  }
  return [...known.values()];
}
