/** Between offsets of a text and the lines and characters of the protocol, both in UTF-16 units. */
import type { Location, Position, Range } from "vscode-languageserver";
import type { Source, Span } from "../../../language/diagnostics/diagnostic.ts";
import { lineBounds, positionAt } from "../../../language/diagnostics/lines.ts";
import type { Host } from "../project/host.ts";

export function placeAt(source: Source, offset: number): Position {
  const { line, column } = positionAt(source, offset);
  return { line: line - 1, character: column - 1 };
}

/** A place behind the end of its line counts as the end. */
export function offsetAt(source: Source, { line, character }: Position): number {
  const { start, end } = lineBounds(source, line + 1);
  return Math.min(start + Math.max(character, 0), end);
}

export function rangeOf({ source, start, end }: Span): Range {
  return { start: placeAt(source, start), end: placeAt(source, end) };
}

export function locationOf(host: Host, span: Span): Location {
  return { uri: host.uriOf(span.source.path), range: rangeOf(span) };
}

export function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}
