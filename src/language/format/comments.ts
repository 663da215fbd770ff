/**
 * Places comments. Each belongs to a gap between two neighbours of a sequence. A comment on the line of the preceding
 * neighbour stays there; any other gets its own line. A comment inside an element is lifted above it.
 */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Comment, File } from "../syntax/ast.ts";
import { docLinesAbove, firstFrom } from "../syntax/docs.ts";

export interface Margin {
  readonly between: (start: number, end: number) => readonly Comment[];
  readonly docsAbove: (offset: number) => readonly Comment[];
  readonly lineBreaks: (start: number, end: number) => number;
  /** The offset after the first `{` at or after an offset that is not in a comment. */
  readonly behindBrace: (offset: number) => number;
}

export function marginOf(file: File): Margin {
  const { comments, source } = file;
  const between = (start: number, end: number): readonly Comment[] =>
    comments.slice(firstFrom(comments, start), firstFrom(comments, end));
  return {
    between,
    docsAbove: docLinesAbove(source, comments),
    lineBreaks: (start, end) => source.text.slice(start, end).match(/\r\n|\r|\n/g)?.length ?? 0,
    behindBrace: (offset) => {
      for (let i = offset; i < source.text.length; i++) {
        if (source.text[i] === "{") return i + 1;
        if (source.text[i] === "/") i = comments[firstFrom(comments, i)]?.span.end ?? i;
      }
      return source.text.length;
    },
  };
}

/** A printed element of a sequence. */
export interface Printed {
  readonly lines: readonly string[];
  /** Comments from inside, to be put above it. They also go above its documentation, which must stay adjacent. */
  readonly lifted: readonly Comment[];
  /** Documentation from inside, to be put directly above it. */
  readonly docs?: readonly Comment[];
}

export interface Part {
  readonly span: Span;
  readonly print: () => Printed;
}

/** Comments after short lines share one column. After longer lines and after braces they follow two blanks. */
const remarkColumn = 39;

export function withRemark(line: string, comment: Comment): string {
  const padded = /[{}]$/.test(line) ? line : line.padEnd(remarkColumn - 2);
  return `${padded}  ${comment.text}`;
}

/**
 * Turns a comment into one that documents nothing. Otherwise a `///` that was moved, or stood apart, could become one.
 */
export function plainText(comment: Comment): string {
  return /^\/\/\/(?!\/)/.test(comment.text) ? comment.text.slice(1) : comment.text;
}

/** The lines of a sequence that fills the text between two offsets. */
export function sequence(
  margin: Margin,
  parts: readonly Part[],
  from: number,
  to: number,
  indent: string,
): string[] {
  const out: string[] = [];
  let end = from;
  let behindPart = false;
  const separate = (start: number): void => {
    if (out.length > 0 && margin.lineBreaks(end, start) > 1) out.push("");
  };
  const comments = (until: number, docs: readonly Comment[]): void => {
    for (const comment of margin.between(end, until)) {
      const { start } = comment.span;
      if (behindPart && margin.lineBreaks(end, start) === 0) {
        out.push(withRemark(out.pop() ?? "", comment));
      } else {
        separate(start);
        out.push(`${indent}${docs.includes(comment) ? comment.text : plainText(comment)}`);
      }
      end = comment.span.end;
      behindPart = false;
    }
  };
  for (const part of parts) {
    const docs = margin.docsAbove(part.span.start);
    comments(part.span.start, docs);
    separate(part.span.start);
    const printed = part.print();
    out.splice(out.length - docs.length, 0, ...printed.lifted.map((one) => `${indent}${plainText(one)}`));
    out.push(...(printed.docs ?? []).map((one) => `${indent}${one.text}`), ...printed.lines);
    end = part.span.end;
    behindPart = true;
  }
  comments(to, []);
  return out;
}
