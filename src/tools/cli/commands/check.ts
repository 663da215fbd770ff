import { renderJson } from "../../../language/diagnostics/render.ts";
import { specFiles } from "../arguments/project.ts";
import { loadFiles } from "../files/load.ts";
import type { ExitCode } from "../terminal/failure.ts";
import { exitCodeOf, printJson, showDiagnostics } from "../terminal/output.ts";

export interface CheckOptions {
  readonly json?: boolean;
}

export async function check(words: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const paths = await specFiles(words, "check");
  const { diagnostics } = loadFiles(paths);
  if (options.json) printJson(renderJson(diagnostics));
  else showDiagnostics(diagnostics, false);
  return exitCodeOf(diagnostics);
}
