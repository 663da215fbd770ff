/** Diagnostics are data: made where the mistake is seen, rendered late (as text with carets, or as JSON). */
import { type Code, codes, type Severity } from "./codes.ts";

/** One text that was read. `path` is what the user called it; it is only shown, never opened again. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A stretch of a source, in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** A change of the text that would mend the mistake. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly replacement: string;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly labels: readonly Label[];
  readonly note?: string;
  readonly fix?: Fix;
}

export interface DiagnosticDetails {
  readonly labels?: readonly Label[];
  readonly note?: string;
  readonly fix?: Fix;
}

/** Makes a diagnostic; its severity is that of its code. */
export function diagnostic(
  code: Code,
  message: string,
  span: Span,
  details: DiagnosticDetails = {},
): Diagnostic {
  return { code, severity: codes[code].severity, message, span, labels: [], ...details };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((one) => one.severity === "error");
}

/** Where a stage puts what it finds; a stage never throws for a user's mistake. */
export type Report = (one: Diagnostic) => void;
