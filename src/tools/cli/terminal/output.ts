/** Shows diagnostics and results on the terminal, as text or as JSON. */
import { type Diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson, renderText } from "../../../language/diagnostics/render.ts";

export function usesColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
}

/** Shows diagnostics on standard error, as text or as one JSON array. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], json: boolean): void {
  if (diagnostics.length === 0) return;
  if (json) {
    process.stderr.write(`${JSON.stringify(renderJson(diagnostics), null, 2)}\n`);
    return;
  }
  process.stderr.write(renderText(diagnostics, { color: usesColor(process.stderr) }));
  process.stderr.write(`\n${countsOf(diagnostics)}\n`);
}

function countsOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  const count = (n: number, what: string): string[] => (n === 0 ? [] : [`${n} ${what}${n === 1 ? "" : "s"}`]);
  return [...count(errors, "error"), ...count(diagnostics.length - errors, "warning")].join(", ");
}

export function exitCodeOf(diagnostics: readonly Diagnostic[]): 0 | 1 {
  return hasErrors(diagnostics) ? 1 : 0;
}

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Writes a remark to standard error, beside the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
