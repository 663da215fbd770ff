/** Parses text to a syntax tree. Never throws: for any text the result is a tree and diagnostics. */
import type { CstNode, IToken } from "chevrotain";
import { NormParser } from "../../../grammar/rules.ts";
import {
  type Diagnostic,
  diagnostic,
  type Report,
  type Source,
  type Span,
} from "../diagnostics/diagnostic.ts";
import type { File } from "./ast.ts";
import { docsOf } from "./docs.ts";
import { gapsOf, noGaps, type Skipped, skippedBy } from "./gaps.ts";
import { fileItems, hasNameless } from "./items.ts";
import { maxDiagnostics, maxTextLength, withinLimits } from "./limits.ts";
import { messageProvider, syntaxDiagnostic, tooManyMistakes } from "./messages.ts";
import { type Scan, scan } from "./scan.ts";
import { spanAt } from "./spans.ts";

export function parse(source: Source, report: Report): File {
  const unreadable = notText(source);
  if (unreadable !== undefined) {
    report(unreadable);
    return { source, items: [], comments: [], gaps: noGaps };
  }
  const scanned = scan(source);
  const limited = withinLimits(source, scanned.tokens, scanned.starts);
  const { cst, mistakes, skipped } = parseTokens(source, limited.tokens);
  const docs = docsOf(source, scanned.comments);
  const other: Diagnostic[] = [...scanned.mistakes, ...limited.mistakes];
  const items = cst === undefined ? [] : fileItems({ source, docs, report: (one) => other.push(one) }, cst);
  const told = oneEach([...other, ...mistakes], scanned);
  // A lost parenthesis can make `f(x; eps = 1)` look like a call of Python.
  const unsound = new Set(
    told.filter((one) => mistakes.includes(one)).map((one) => stretchOf(scanned.starts, one.span)),
  );
  const repaired = scanned.repaired.filter((one) => !unsound.has(stretchOf(scanned.starts, one.span)));
  for (const one of [...repaired, ...told].toSorted(inOrder).slice(0, maxDiagnostics)) report(one);
  const offsets = [...other.map((one) => one.span.start), ...skipped.behind];
  const spans = [...skipped.spans, ...scanned.unread, ...limited.dropped];
  const gaps = gapsOf(items, offsets, spans, cst === undefined || hasNameless(cst));
  return { source, items, comments: scanned.comments, gaps };
}

function notText(source: Source): Diagnostic | undefined {
  const { text } = source;
  if (text.length > maxTextLength) {
    return diagnostic("N003", "this file is larger than 1 MiB", spanAt(source, 0, 0));
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    return diagnostic(
      "N002",
      "this file is not text: it holds a NUL character",
      spanAt(source, nul, nul + 1),
    );
  }
  // A replacement character stands for bytes that are not UTF-8. A few are a slip in a comment; many mean another
  // format.
  let replaced = 0;
  for (let i = text.indexOf("\uFFFD"); i >= 0; i = text.indexOf("\uFFFD", i + 1)) replaced++;
  if (replaced >= 4 && replaced * 100 > text.length) {
    const at = text.indexOf("\uFFFD");
    return diagnostic("N002", "this file is not UTF-8 text", spanAt(source, at, at + 1));
  }
  return undefined;
}

let parser: NormParser | undefined;
const messages = messageProvider(maxDiagnostics);

interface Parsed {
  readonly cst: CstNode | undefined;
  readonly mistakes: readonly Diagnostic[];
  readonly skipped: Skipped;
}

function parseTokens(source: Source, tokens: IToken[]): Parsed {
  // A test validates the grammar, so it is not validated at each start.
  parser ??= new NormParser({ skipValidations: true, errorMessageProvider: messages });
  messages.reset();
  parser.input = tokens;
  let cst: CstNode | undefined;
  try {
    cst = parser.file();
  } catch (thrown) {
    if (thrown !== tooManyMistakes) throw thrown;
  }
  const { errors } = parser;
  const mistakes = errors.map((error) => syntaxDiagnostic(source, tokens, error));
  parser.input = [];
  return { cst, mistakes, skipped: skippedBy(source, tokens, errors) };
}

/** Keeps one mistake for each statement. Later ones in it are mostly echoes, and so are those in the text after it. */
function oneEach(found: readonly Diagnostic[], { mistakes, starts }: Scan): Diagnostic[] {
  const told = new Map<number, Diagnostic>();
  // Text that could not be tokenized comes before tokens that were not expected.
  for (const one of mistakes.toSorted(inOrder)) {
    const stretch = stretchOf(starts, one.span);
    if (!told.has(stretch)) told.set(stretch, one);
  }
  const lastMisread = [...told.values()].reduce((last, one) => Math.max(last, one.span.start), -1);
  const kept: Diagnostic[] = [];
  for (const one of found.toSorted(inOrder)) {
    const stretch = stretchOf(starts, one.span);
    const first = told.get(stretch);
    if (first !== undefined && first !== one) continue;
    const before = kept.at(-1)?.span;
    const misread = first === one;
    if (!misread && before !== undefined && adjacent(before, one.span)) continue;
    if (stretch === endStretch && lastMisread >= one.span.start) continue;
    told.set(stretch, one);
    kept.push(one);
    if (kept.length === maxDiagnostics) break;
  }
  return kept;
}

function inOrder(a: Diagnostic, b: Diagnostic): number {
  return a.span.start - b.span.start;
}

function adjacent(before: Span, after: Span): boolean {
  return /^\s*$/.test(before.source.text.slice(before.end, after.start));
}

const endStretch = -1;

/** An empty span is the end of the file, which counts as a stretch of its own. */
function stretchOf(
  starts: readonly number[],
  span: { readonly start: number; readonly end: number },
): number {
  if (span.start === span.end) return endStretch;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= span.start) low = middle + 1;
    else high = middle;
  }
  return low;
}
