import { type Diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import { format } from "../../../language/format/format.ts";
import { parse } from "../../../language/syntax/parse.ts";
import { createHost } from "../files/host.ts";
import { replaceText } from "../files/replace-file.ts";
import { type ExitCode, InputError } from "../terminal/failure.ts";
import { print, printJson, showDiagnostics } from "../terminal/output.ts";

export interface FmtOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A file with a mistake stays as it is; the others are still formatted. */
export function fmt(paths: readonly string[], options: FmtOptions): ExitCode {
  const host = createHost();
  const changed: string[] = [];
  const found: Diagnostic[] = [];
  for (const path of new Set(paths)) {
    try {
      const source = host.read(path);
      const own: Diagnostic[] = [];
      const file = parse(source, (one) => own.push(one));
      found.push(...own);
      if (hasErrors(own)) continue;
      const text = format(file);
      if (text === source.text) continue;
      if (!options.check) replaceText(source.path, text);
      changed.push(source.path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.push(...error.diagnostics);
    }
  }
  if (options.json) printJson({ changed, diagnostics: renderJson(found) });
  else {
    if (options.check) for (const path of changed) print(path);
    showDiagnostics(found, false);
  }
  return hasErrors(found) || (options.check && changed.length > 0) ? 1 : 0;
}
