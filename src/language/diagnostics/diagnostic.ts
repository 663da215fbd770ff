/**
 * Diagnostics are data. The stage that finds a mistake makes one; it is rendered later (as text with carets, or as
 * JSON).
 */
import { type Code, codes, type Severity } from "./codes.ts";

/** One text that was read. `path` is the user's name for it. It is only shown, never opened again. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A range of a source, in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** A change of the text that would fix the mistake. */
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

/** Makes a diagnostic with the severity of its code. */
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

/** Receives the diagnostics of a stage. A stage never throws for a user's mistake. */
export type Report = (one: Diagnostic) => void;
