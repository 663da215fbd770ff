/** Diagnostics in the words of bundlers. */
import type { PartialMessage } from "esbuild";
import type { Diagnostic } from "../../language/diagnostics/diagnostic.ts";
import { lineBounds, positionAt } from "../../language/diagnostics/lines.ts";
import { renderText } from "../../language/diagnostics/render.ts";

/** What Vite, Rollup and Rolldown show of an error: its message, its place as `file:line:column`, and its frame. */
export interface BundlerMessage {
  readonly message: string;
  /** The file of the mistake. It need not be the module that was asked for, which can import it. */
  readonly id: string;
  /** Lines and columns count from 1. */
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  readonly frame: string;
}

/** @param all the diagnostics of one severity; at least one. */
export function bundlerMessage(all: readonly Diagnostic[]): BundlerMessage {
  const first = all[0]!;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  return {
    message: `${first.message} [${first.code}]${more}`,
    id: first.span.source.path,
    loc: placeOf(first),
    frame: renderText(all, { color: false }),
  };
}

/** Webpack and Rspack show only the message, so it says all. */
export function wholeMessage(all: readonly Diagnostic[]): string {
  return `\n${renderText(all, { color: false })}`;
}

/** Makes the error that a hook throws. */
export function bundlerError(all: readonly Diagnostic[], whole: boolean): Error & BundlerMessage {
  const { message, ...place } = bundlerMessage(all);
  const error = Object.assign(new Error(whole ? wholeMessage(all) : message), place);
  // Where normc throws it says nothing about the spec, and some bundlers print it.
  error.stack = "";
  return error;
}

function placeOf({ span: { source, start } }: Diagnostic): BundlerMessage["loc"] {
  const { line, column } = positionAt(source, start);
  return { file: source.path, line, column };
}

/** What esbuild shows. It draws the frame itself, and counts columns in bytes from 0. */
export function esbuildMessage({ code, message, span, note, fix }: Diagnostic): PartialMessage {
  const { source } = span;
  const { line } = positionAt(source, span.start);
  const { start, end } = lineBounds(source, line);
  const bytes = (from: number, to: number): number => Buffer.byteLength(source.text.slice(from, to));
  return {
    text: `${message} [${code}]`,
    location: {
      file: source.path,
      line,
      column: bytes(start, span.start),
      length: bytes(span.start, Math.min(span.end, end)),
      lineText: source.text.slice(start, end),
      suggestion: fix?.replacement ?? "",
    },
    notes: [note, fix?.title].filter((one) => one !== undefined).map((text) => ({ text })),
  };
}
