import { renderJson } from "../diagnostics/render.ts";
import type { ExitCode } from "./failure.ts";
import { loadFiles } from "./load.ts";
import { exitCodeOf, printJson, showDiagnostics } from "./output.ts";

export interface CheckOptions {
  readonly json?: boolean;
}

export function check(paths: readonly string[], options: CheckOptions): ExitCode {
  const { diagnostics } = loadFiles(paths);
  if (options.json) printJson(renderJson(diagnostics));
  else showDiagnostics(diagnostics, false);
  return exitCodeOf(diagnostics);
}
