import { describe, expect, test } from "vitest";
import { type Diagnostic, diagnostic, type Source } from "../../src/language/diagnostics/diagnostic.ts";
import { renderJson, renderText } from "../../src/language/diagnostics/render.ts";

/** The mark `‹…›` in a text is where the span lies. */
function marked(text: string): { source: Source; start: number; end: number } {
  const start = text.indexOf("‹");
  const end = text.indexOf("›") - 1;
  return { source: { path: "a.norm", text: text.replace(/[‹›]/g, "") }, start, end };
}

function rendered(text: string, message = "wrong"): string {
  return renderText([diagnostic("N301", message, marked(text))], { color: false });
}

test("the line, its number, carets", () => {
  expect(rendered("norm A {\n  y = mean(x over ‹Cc›)\n}", "there is no axis `Cc`")).toBe(
    `error[N301]: there is no axis \`Cc\`
 --> a.norm:2:19
  |
2 |   y = mean(x over Cc)
  |                   ^^
`,
  );
});

test("a file as such has no line to show", () => {
  const span = { source: { path: "a.norm", text: "" }, start: 0, end: 0 };
  const one = diagnostic("N005", "not writable", span, { note: "why" });
  expect(renderText([one], { color: false })).toBe(`error[N005]: not writable
 --> a.norm:1:1
  |
  = note: why
`);
});

test("labels, notes and fixes", () => {
  const span = marked("a\nb\nc ‹d›");
  const other: Source = { path: "b.norm", text: "far away" };
  const one = diagnostic("N202", "`d` is defined twice", span, {
    labels: [
      { span: { source: span.source, start: 0, end: 1 }, text: "first here" },
      { span: { source: other, start: 4, end: 8 }, text: "and here" },
    ],
    note: "each name is defined once",
    fix: { title: "rename it to `e`", span, replacement: "e" },
  });
  expect(renderText([one], { color: false })).toBe(`error[N202]: \`d\` is defined twice
 --> a.norm:3:3
  |
1 | a
  | - first here
...
3 | c d
  |   ^
 ::: b.norm:1:5
  |
1 | far away
  |     ---- and here
  |
  = note: each name is defined once
  = help: rename it to \`e\`
`);
});

test("several are set apart by a blank line; a warning says so", () => {
  const span = marked("‹x›");
  const text = renderText([diagnostic("N209", "unused", span), diagnostic("N201", "unknown", span)], {
    color: false,
  });
  expect(text).toMatch(/^warning\[N209\]: unused\n[\s\S]*\^\n\nerror\[N201\]: unknown\n[\s\S]*\^\n$/);
  expect(renderText([], { color: true })).toBe("");
});

describe("the caret stands under the character", () => {
  test.each([
    ["tabs", "\tx\t‹y›", "    x   y", "        ^"],
    ["wide characters", "漢字 ‹漢›x", "漢字 漢x", "     ^^"],
    ["combining characters", "e\u0301e\u0301 ‹x›", "e\u0301e\u0301 x", "   ^"],
    ["emoji", "😀 ‹x›", "😀 x", "   ^"],
    ["controls", "\u001B[31m‹x›", "\\u{1b}[31mx", "          ^"],
    ["an empty span", "ab‹›", "ab", "  ^"],
    ["a span over lines", "a ‹b c\nd› e", "a b c", "  ^^^"],
    ["a span over a CRLF", "a ‹b c\r\nd› e", "a b c", "  ^^^"],
    ["a span at a line break", "ab‹\n›c", "ab", "  ^"],
  ])("%s", (_, text, line, carets) => {
    const lines = rendered(text).split("\n");
    expect(lines[3]).toBe(`1 | ${line}`);
    expect(lines[4]).toBe(`  | ${carets}`);
  });
});

test.each([
  ["in the midst", `${"a".repeat(500)}‹bcd›${"a".repeat(500)}`, /^1 \| \.\.\.a+bcda+\.\.\.$/],
  ["at the beginning", `‹bcd›${"a".repeat(500)}`, /^1 \| bcda+\.\.\.$/],
  ["at the end", `${"a".repeat(500)}‹bcd›`, /^1 \| \.\.\.a+bcd$/],
  ["in a megabyte", `${"a".repeat(500_000)}‹bcd›${"a".repeat(500_000)}`, /^1 \| \.\.\.a+bcda+\.\.\.$/],
])("a long line is cropped around the span: %s", (_, text, shape) => {
  const [, , , line, carets] = rendered(text).split("\n");
  expect(line).toMatch(shape);
  expect(line!.length).toBeLessThan(140);
  expect(carets!.indexOf("^^^")).toBe(line!.indexOf("bcd"));
});

test("a span longer than what is shown is cropped, too", () => {
  const [, , , line, carets] = rendered(`x ‹${"b".repeat(3000)}›`).split("\n");
  expect(line!.length).toBeLessThan(140);
  expect(carets!.length).toBeLessThanOrEqual(line!.length);
});

test.each([
  [Number.NaN, Number.NaN],
  [-5, 1000],
  [1000, 2000],
  [3, 1],
])("a span from %s to %s does no harm", (start, end) => {
  const one = diagnostic("N101", "odd", { source: { path: "a", text: "ab\ncd" }, start, end });
  expect(renderText([one], { color: false })).toContain("^");
  expect(renderJson([one])[0]!.start.line).toBeGreaterThan(0);
});

test("nothing raw reaches the terminal", () => {
  const nasty = "\u001B[2J\u0007\u009B31m\u202E\u2066\u2028\uFEFF\uD800\0\n";
  const source: Source = { path: `p${nasty}`, text: `x${nasty.replace("\n", "")}y` };
  const span = { source, start: 0, end: 1 };
  const one: Diagnostic = {
    ...diagnostic("N101", nasty, span),
    labels: [{ span, text: nasty }],
    note: nasty,
    fix: { title: nasty, span, replacement: "" },
  };
  const text = renderText([one], { color: false });
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u202E\u2066\uFEFF]/u);
  expect(text.split("\n")).toHaveLength(10);
  expect(text).toContain("\\u{1b}[2J");
  const json = renderJson([one])
    .map(({ message, path, note }) => message + path + note)
    .join("");
  expect(json).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u202E\u2066\uFEFF]/u);
});

test("colour only where it is asked for", () => {
  const one = diagnostic("N101", "odd", marked("‹x›"));
  expect(renderText([one], { color: false })).not.toContain("\u001B");
  const coloured = renderText([one], { color: true });
  expect(coloured).toContain("\u001B[31m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is taken away
  expect(coloured.replace(/\u001B\[\d+m/g, "")).toBe(renderText([one], { color: false }));
});

test("JSON is plain and complete", () => {
  const span = marked("a\r\nbc ‹de›");
  const one = diagnostic("N201", "unknown", span, { fix: { title: "write `df`", span, replacement: "df" } });
  const range = {
    path: "a.norm",
    start: { line: 2, column: 4, offset: 6 },
    end: { line: 2, column: 6, offset: 8 },
  };
  const json = renderJson([one]);
  expect(JSON.parse(JSON.stringify(json))).toEqual([
    {
      code: "N201",
      severity: "error",
      message: "unknown",
      ...range,
      labels: [],
      note: null,
      fix: { title: "write `df`", ...range, replacement: "df" },
    },
  ]);
});
