/** Documentation: the `///` lines directly above something. */
import type { Source } from "../diagnostics/diagnostic.ts";
import type { Comment } from "./ast.ts";

export interface Docs {
  /**
   * The documentation of an element that begins at one of the offsets (of a keyword and the first name after it, say).
   */
  readonly above: (...offsets: readonly number[]) => { readonly doc?: string };
}

const docLine = /^\/\/\/(?!\/)/;

export function isDocLine(comment: Comment): boolean {
  return docLine.test(comment.text) && standsAlone(comment);
}

/** Whether only blanks come before it on its line. */
export function standsAlone(comment: Comment): boolean {
  const { source, start } = comment.span;
  for (let i = start - 1; i >= 0; i--) {
    const character = source.text[i];
    if (character === "\n" || character === "\r") return true;
    if (character !== " " && character !== "\t" && character !== "\uFEFF") return false;
  }
  return true;
}

export function docsOf(source: Source, comments: readonly Comment[]): Docs {
  const linesAbove = docLinesAbove(source, comments);
  return {
    above: (...offsets) => {
      const all = [...new Set(offsets)].flatMap((offset) => linesAbove(offset).map(docText));
      return all.length === 0 ? {} : { doc: all.join("\n") };
    },
  };
}

function docText(comment: Comment): string {
  return comment.text.replace(docLine, "").replace(/^[ \t]/, "");
}

/** The consecutive `///` lines that end on the line above an offset. */
export function docLinesAbove(
  source: Source,
  comments: readonly Comment[],
): (offset: number) => readonly Comment[] {
  const byLine = comments.filter(isDocLine);
  return (offset) => {
    const found: Comment[] = [];
    let below = offset;
    for (let next = firstFrom(byLine, offset) - 1; next >= 0; next--) {
      const comment = byLine[next]!;
      if (!oneLineBreak.test(source.text.slice(comment.span.end, below))) break;
      found.push(comment);
      below = comment.span.start;
    }
    return found.reverse();
  };
}

const oneLineBreak = /^[ \t]*(?:\r\n|\r|\n)[ \t]*$/;

/** The index of the first comment that begins at or after an offset. */
export function firstFrom(comments: readonly Comment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comments[middle]!.span.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
