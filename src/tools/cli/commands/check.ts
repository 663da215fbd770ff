import { renderJson } from "../../../language/diagnostics/render.ts";
import { loadFiles } from "../files/load.ts";
import type { ExitCode } from "../terminal/failure.ts";
import { exitCodeOf, printJson, showDiagnostics } from "../terminal/output.ts";

export interface CheckOptions {
  readonly json?: boolean;
}

export function check(paths: readonly string[], options: CheckOptions): ExitCode {
  const { diagnostics } = loadFiles(paths);
  if (options.json) printJson(renderJson(diagnostics));
  else showDiagnostics(diagnostics, false);
  return exitCodeOf(diagnostics);
}
