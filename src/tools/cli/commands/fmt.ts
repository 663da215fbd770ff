import { type Diagnostic, hasErrors, type Source } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import { format } from "../../../language/format/format.ts";
import { parse } from "../../../language/syntax/parse.ts";
import { specFiles } from "../arguments/project.ts";
import { createHost, hasMark, standardInput } from "../files/host.ts";
import { replaceText, throughLinks } from "../files/replace-file.ts";
import { type ExitCode, InputError } from "../terminal/failure.ts";
import { print, printJson, showDiagnostics } from "../terminal/output.ts";

export interface FmtOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A file with a mistake stays as it is; the others are still formatted. */
export async function fmt(words: readonly string[], options: FmtOptions): Promise<ExitCode> {
  const paths = await specFiles(words, "fmt");
  const host = createHost();
  const changed: string[] = [];
  const found: Diagnostic[] = [];
  let printed: string | undefined;
  for (const path of new Set(paths)) {
    try {
      const source = host.read(path);
      const own: Diagnostic[] = [];
      const file = parse(source, (one) => own.push(one));
      found.push(...own);
      if (hasErrors(own)) continue;
      const text = asFile(source, format(file));
      if (path === standardInput) printed = text;
      if (text === `${markOf(source)}${source.text}`) continue;
      if (!options.check && path !== standardInput) replaceText(throughLinks(source.path), text);
      changed.push(source.path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.push(...error.diagnostics);
    }
  }
  if (options.json)
    printJson({
      changed,
      ...(printed === undefined ? {} : { text: printed }),
      diagnostics: renderJson(found),
    });
  else {
    if (options.check) for (const path of changed) print(path);
    // Like a filter: whether it differs or not. A text that cannot be read is not printed, so nothing is lost behind a pipe.
    else if (printed !== undefined) process.stdout.write(printed);
    showDiagnostics(found, false);
  }
  return hasErrors(found) || (options.check && changed.length > 0) ? 1 : 0;
}

/** fmt lays out the text. Whether its lines end in CRLF, as on Windows, and whether it has a byte order mark, is kept. */
function asFile(source: Source, text: string): string {
  const firstEnd = /\r?\n/.exec(source.text)?.[0];
  return `${markOf(source)}${firstEnd === "\r\n" ? text.replaceAll("\n", "\r\n") : text}`;
}

function markOf(source: Source): string {
  return hasMark(source) ? "\uFEFF" : "";
}
