/** Declarations: a keyword in its own column, then elements separated by commas. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Comment } from "../syntax/ast.ts";
import { type Margin, type Printed, plainText, withRemark } from "./comments.ts";

/** The width of the longest declaration keywords, plus a blank. */
const keywordWidth = 7;

export interface ListElement {
  readonly span: Span;
  readonly text: string;
}

export interface List {
  readonly keyword: string;
  /** The offset of the keyword. */
  readonly start: number;
  readonly elements: readonly ListElement[];
  readonly indent: string;
  readonly width: number;
}

export function formatList(margin: Margin, list: List): Printed {
  const { elements, start } = list;
  const first = elements[0];
  if (first === undefined) return { lines: filled(list), lifted: [] };
  const docs = margin.docsAbove(first.span.start).filter((one) => one.span.start > start);
  const lifted: readonly Comment[] = [
    ...margin.between(start, first.span.start).filter((one) => !docs.includes(one)),
    ...margin.between(first.span.start, first.span.end),
  ];
  const remarked = margin.between(first.span.end, elements.at(-1)!.span.end).length > 0;
  return { lines: remarked ? oneEachLine(margin, list) : filled(list), lifted, docs };
}

function filled({ keyword, elements, indent, width }: List): string[] {
  const lines: string[] = [];
  let line = `${indent}${keyword.padEnd(keywordWidth)}`;
  const blank = " ".repeat(line.length);
  let empty = true;
  elements.forEach((element, i) => {
    const piece = i === elements.length - 1 ? element.text : `${element.text},`;
    if (!empty && line.length + 1 + piece.length > width) {
      lines.push(line);
      line = blank;
      empty = true;
    }
    line += empty ? piece : ` ${piece}`;
    empty = false;
  });
  return [...lines, line];
}

/**
 * If there are comments among the elements, each gets its own line, with documentation above and a comment after it.
 */
function oneEachLine(margin: Margin, { keyword, elements, indent }: List): string[] {
  const opening = `${indent}${keyword.padEnd(keywordWidth)}`;
  const blank = " ".repeat(opening.length);
  const lines: string[] = [];
  elements.forEach((element, i) => {
    const next = elements[i + 1];
    const piece = `${i === 0 ? opening : blank}${element.text}${next === undefined ? "" : ","}`;
    if (next === undefined) {
      lines.push(piece);
      return;
    }
    const gap = margin.between(element.span.end, next.span.start);
    const aside =
      gap[0] !== undefined && margin.lineBreaks(element.span.end, gap[0].span.start) === 0
        ? gap[0]
        : undefined;
    lines.push(aside === undefined ? piece : withRemark(piece, aside));
    const above = margin.docsAbove(next.span.start).filter((one) => gap.includes(one));
    const others = gap.filter((one) => one !== aside && !above.includes(one));
    const inside = margin.between(next.span.start, next.span.end);
    for (const one of [...others, ...inside]) lines.push(`${blank}${plainText(one)}`);
    for (const one of above) lines.push(`${blank}${one.text}`);
  });
  return lines;
}
