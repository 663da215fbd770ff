/** Reads and checks the files of a command. */
import { checkSource } from "../../../compile/precision/check-source.ts";
import type { CheckedFile } from "../../../language/check/check.ts";
import type { Diagnostic, Source } from "../../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../../language/diagnostics/reports.ts";
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
  const diagnostics: Diagnostic[] = [];
  const report = reportOnce((one) => diagnostics.push(one));
  const seen = new Set<Source>();
  for (const path of paths) {
    try {
      const source = host.read(path);
      if (seen.has(source)) continue;
      seen.add(source);
      files.push({ source, checked: checkSource(source, host.readImport, report) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const one of error.diagnostics) report(one);
    }
  }
  for (const one of host.found) report(one);
  return { files, diagnostics };
}
