import type { IToken } from "chevrotain";
import type { Source, Span } from "../diagnostics/diagnostic.ts";

export function spanAt(source: Source, start: number, end: number): Span {
  return { source, start, end };
}

/** From the first token to the last. */
export function spanOf(source: Source, first: IToken, last: IToken = first): Span {
  return { source, start: first.startOffset, end: last.startOffset + last.image.length };
}

export function join(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: last.end };
}
