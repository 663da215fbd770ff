/** Renders diagnostics for people (with the line and carets under it) and for programs (as JSON). */
import picocolors from "picocolors";
import type { Diagnostic, Source, Span } from "./diagnostic.ts";
import { type Cell, cells, escaped } from "./display.ts";
import { lineBounds, type Position, positionAt } from "./lines.ts";

export interface RenderOptions {
  readonly color: boolean;
}

/** A longer line is cropped around the marked text. */
const shownColumns = 120;
const columnsBefore = 40;

type Colors = ReturnType<typeof picocolors.createColors>;

interface Mark {
  readonly span: Span;
  readonly text: string;
  readonly primary: boolean;
}

export function renderText(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const colors = picocolors.createColors(options.color);
  return diagnostics.map((one) => `${renderOne(one, colors).join("\n")}\n`).join("\n");
}

function renderOne(one: Diagnostic, colors: Colors): string[] {
  const tint = one.severity === "error" ? colors.red : colors.yellow;
  const marks: Mark[] = [
    { span: one.span, text: "", primary: true },
    ...one.labels.map((label) => ({ ...label, primary: false })),
  ];
  const lastLine = Math.max(...marks.map((mark) => positionAt(mark.span.source, mark.span.start).line));
  const gutter = " ".repeat(String(lastLine).length);
  const bar = colors.blue("|");
  const lines = [
    `${colors.bold(tint(`${one.severity}[${one.code}]`))}${colors.bold(`: ${escaped(one.message)}`)}`,
  ];
  for (const source of new Set(marks.map((mark) => mark.span.source))) {
    const own = marks.filter((mark) => mark.span.source === source);
    const { line, column } = positionAt(source, own[0]!.span.start);
    const arrow = source === one.span.source ? "-->" : ":::";
    lines.push(`${gutter}${colors.blue(arrow)} ${escaped(source.path)}:${line}:${column}`);
    // What is wrong with a file as such has no line to show.
    if (source.text !== "") lines.push(`${gutter} ${bar}`, ...excerpt(source, own, gutter, colors, tint));
  }
  if (one.note !== undefined || one.fix !== undefined) lines.push(`${gutter} ${bar}`);
  if (one.note !== undefined)
    lines.push(`${gutter} ${colors.blue("=")} ${colors.bold("note")}: ${escaped(one.note)}`);
  if (one.fix !== undefined) {
    lines.push(`${gutter} ${colors.blue("=")} ${colors.bold("help")}: ${escaped(one.fix.title)}`);
  }
  return lines;
}

/** The marked lines of one source, each with a row of carets or dashes for each mark. */
function excerpt(
  source: Source,
  marks: readonly Mark[],
  gutter: string,
  colors: Colors,
  tint: (text: string) => string,
): string[] {
  const out: string[] = [];
  const byLine = new Map<number, Mark[]>();
  for (const mark of marks) {
    const { line } = positionAt(source, mark.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), mark]);
  }
  let before: number | undefined;
  for (const [line, own] of [...byLine].sort(([a], [b]) => a - b)) {
    if (before !== undefined && line > before + 1) out.push(colors.blue("..."));
    before = line;
    const view = viewOf(source, line, own[0]!.span);
    const number = colors.blue(String(line).padStart(gutter.length));
    out.push(`${number} ${colors.blue("|")} ${view.text}`.trimEnd());
    for (const mark of own) {
      const { from, width } = view.place(mark.span);
      const sign = (mark.primary ? "^" : "-").repeat(width);
      const label = mark.text === "" ? "" : ` ${escaped(mark.text)}`;
      const paint = mark.primary ? tint : colors.blue;
      out.push(`${gutter} ${colors.blue("|")} ${" ".repeat(from)}${paint(`${sign}${label}`)}`);
    }
  }
  return out;
}

interface View {
  readonly text: string;
  /** The terminal column of a span, from 0, and its number of columns on this line, at least one. */
  readonly place: (span: Span) => { readonly from: number; readonly width: number };
}

function viewOf(source: Source, line: number, around: Span): View {
  const { start, end } = lineBounds(source, line);
  // A line may be a megabyte long, so only the visible part is laid out.
  let from = Math.max(start, around.start - 4 * shownColumns);
  if (from > start && isLowSurrogate(source.text, from)) from--;
  const all = cells(source.text.slice(from, Math.min(end, around.start + 4 * shownColumns)));
  const columnOf = (offset: number): number => {
    const cell = all.find((one) => one.offset >= offset - from);
    if (cell !== undefined) return cell.column;
    const last = all.at(-1);
    return last === undefined ? 0 : last.column + last.width;
  };
  const total = columnOf(Number.POSITIVE_INFINITY);
  const whole = from === start && total <= shownColumns && end <= around.start + 4 * shownColumns;
  const left = whole ? 0 : Math.max(0, columnOf(around.start) - columnsBefore);
  const inside = (cell: Cell): boolean =>
    cell.column >= left && cell.column + cell.width <= left + shownColumns;
  const seen = whole ? all : all.filter(inside);
  const cutLeft = !whole && (left > 0 || from > start);
  const cutRight = !whole && (seen.at(-1) !== all.at(-1) || end > around.start + 4 * shownColumns);
  const shift = (seen[0]?.column ?? left) - (cutLeft ? 3 : 0);
  const limit = whole ? total : Math.min(total, left + shownColumns);
  return {
    text: `${cutLeft ? "..." : ""}${seen.map((one) => one.text).join("")}${cutRight ? "..." : ""}`,
    place: (span) => {
      const first = Math.min(Math.max(columnOf(span.start), shift), limit);
      const last = Math.min(columnOf(Math.min(span.end, end)), limit);
      return { from: first - shift, width: Math.max(1, last - first) };
    },
  };
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
  readonly labels: readonly JsonLabel[];
  readonly note: string | null;
  readonly fix: JsonFix | null;
}

export interface JsonRange {
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
}

export interface JsonLabel extends JsonRange {
  readonly text: string;
}

export interface JsonFix extends JsonRange {
  readonly title: string;
  readonly replacement: string;
}

/** Plain objects. `JSON.stringify` escapes everything unsafe for a terminal except C1 controls and bidi marks. */
export function renderJson(diagnostics: readonly Diagnostic[]): JsonDiagnostic[] {
  return diagnostics.map(({ code, severity, message, span, labels, note, fix }) => ({
    code,
    severity,
    message: escaped(message),
    ...range(span),
    labels: labels.map((label) => ({ ...range(label.span), text: escaped(label.text) })),
    note: note === undefined ? null : escaped(note),
    fix:
      fix === undefined
        ? null
        : { title: escaped(fix.title), ...range(fix.span), replacement: fix.replacement },
  }));
}

function range(span: Span): JsonRange {
  return {
    path: escaped(span.source.path),
    start: positionAt(span.source, span.start),
    end: positionAt(span.source, span.end),
  };
}
