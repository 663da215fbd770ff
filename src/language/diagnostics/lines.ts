/** Converts offsets to lines and columns. */
import type { Source } from "./diagnostic.ts";

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  readonly offset: number;
}

const known = new WeakMap<Source, readonly number[]>();

/** The offsets at which lines begin. CR, LF and CRLF each end a line. */
function lineStarts(source: Source): readonly number[] {
  let starts = known.get(source);
  if (starts === undefined) {
    starts = [0, ...[...source.text.matchAll(/\r\n|\r|\n/g)].map((one) => one.index + one[0].length)];
    known.set(source, starts);
  }
  return starts;
}

/** An offset outside the text counts as the nearest one inside. */
export function positionAt(source: Source, offset: number): Position {
  const inside = Math.min(Math.max(Number.isFinite(offset) ? Math.trunc(offset) : 0, 0), source.text.length);
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= inside) low = middle + 1;
    else high = middle;
  }
  return { line: low, column: inside - starts[low - 1]! + 1, offset: inside };
}

/** Where the text of a line (from 1) begins and ends, without its line break. */
export function lineBounds(source: Source, line: number): { readonly start: number; readonly end: number } {
  const starts = lineStarts(source);
  const start = starts[line - 1] ?? source.text.length;
  let end = starts[line] ?? source.text.length;
  while (end > start && (source.text[end - 1] === "\n" || source.text[end - 1] === "\r")) end--;
  return { start, end };
}
