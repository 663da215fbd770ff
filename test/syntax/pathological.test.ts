import { expect, test } from "vitest";
import { maxDiagnostics } from "../../src/language/syntax/limits.ts";
import { parseText } from "../support/syntax.ts";

const within = (expression: string): string => `norm A { y = ${expression} z = 1 }`;
const repeated = (text: string, times: number): string => text.repeat(times);

function codes(text: string): string[] {
  return [...new Set(parseText(text).found.map((one) => one.code))];
}

const seconds = 1000;

test.each<[string, string, readonly string[]]>([
  ["nothing", "", []],
  ["blanks", " \t\r\n\f\v", []],
  ["a byte order mark", "\uFEFF", []],
  ["a byte order mark before a norm", "\uFEFFnorm A {}", []],
  ["a byte order mark in the midst", "norm\uFEFFA {}", ["N101"]],
  ["lone carriage returns", "norm A {\r// remark\ry = 1\r}", []],
  ["a NUL", "norm A {}\0", ["N002"]],
  ["bytes that are no UTF-8", "\uFFFD\uFFFDabc\uFFFD\uFFFD", ["N002"]],
  ["a replacement character in a long comment", `// caf\uFFFD ${repeated("x", 500)}\nnorm A {}`, []],
  ["a lone surrogate", within("\uD800"), ["N101"]],
  ["a lone surrogate in a comment", "// \uDC00\nnorm A {}", []],
  [
    "all characters below 256 but NUL",
    String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1)),
    ["N101"],
  ],
  ["a file above 1 MiB", repeated(" ", 1024 * 1024 + 1), ["N003"]],
  ["100,000 nested parentheses", within(repeated("(", 1e5) + repeated(")", 1e5)), ["N104"]],
  ["100,000 open parentheses", within(repeated("(", 1e5)), ["N104"]],
  ["100,000 open calls", within(repeated("f(a,", 1e5)), ["N104"]],
  ["100,000 open settings", within(repeated("f(;a=", 1e5)), ["N104"]],
  ["100,000 open brackets", `norm A { input x${repeated("[", 1e5)} }`, ["N104"]],
  ["100,000 terms", within(`x${repeated(" + x", 1e5)}`), ["N104"]],
  ["100,000 powers", within(`x${repeated("^x", 1e5)}`), ["N104"]],
  ["100,000 minus signs", within(`${repeated("-", 1e5)}x`), ["N104"]],
  ["100,000 minus signs in powers", within(`x${repeated("^-x", 1e5)}`), ["N104"]],
  ["50,000 places", within(`x${repeated("[M=0]", 5e4)}`), ["N104"]],
  ["nested as deep as may be", within(repeated("f(", 200) + repeated(")", 200)), []],
  ["a mistake as deep as may be", within(`${repeated("f(;a=", 199)}*`), ["N103"]],
  ["as many terms as may be", within(`x${repeated(" + x", 2000)}`), []],
  ["a list of 50,000 arguments", within(`f(x${repeated(", x", 5e4)})`), []],
  ["200,000 keywords", repeated("norm ", 2e5), ["N103"]],
  ["500,000 closing parentheses", repeated(") ", 5e5), ["N103"]],
  ["100,000 norms in norms", repeated("norm A {", 1e5), ["N103"]],
  ["100,000 broken statements", `norm A { ${repeated("x = ) ", 1e5)} }`, ["N103"]],
  ["100,000 broken modes", `norm A { ${repeated("on ", 1e5)} }`, ["N103"]],
  ["300,000 strange characters", repeated("# ", 3e5), ["N101"]],
  ["500,000 quotes", repeated('"', 500_001), ["N102"]],
  ["300,000 comments that open", repeated("/* ", 3e5), ["N102"]],
  ["a million slashes", repeated("/", 1e6), []],
  ["100,000 lines of documentation", `${repeated("/// x\n", 1e5)}norm A {}`, []],
  ["500,000 digits", within(repeated("9", 5e5)), ["N105"]],
  ["a name of 500,000 letters", within(repeated("x", 5e5)), []],
])(
  "%s",
  (_, text, expected) => {
    const { found } = parseText(text);
    expect(found.length).toBeLessThanOrEqual(maxDiagnostics);
    for (const one of found) {
      expect(one.message.length).toBeLessThan(200);
      expect(one.span.start).toBeGreaterThanOrEqual(0);
      expect(one.span.end).toBeGreaterThanOrEqual(one.span.start);
      expect(one.span.end).toBeLessThanOrEqual(text.length);
    }
    expect(codes(text)).toEqual(expected);
  },
  10 * seconds,
);

test("a statement over a limit does not hide the others", () => {
  const { file, found } = parseText(`norm A { y = ${repeated("(", 1000)} z = * w = 2 }`);
  expect(found.map((one) => one.code)).toEqual(["N104"]);
  expect(file.items).toHaveLength(1);
  const apart = parseText(`norm A {\n y = ${repeated("(", 1000)}\n z = *\n w = 2 }`);
  expect(apart.found.map((one) => one.code)).toEqual(["N104", "N103"]);
  expect(apart.file.items).toMatchObject([
    { items: [{ name: { text: "z" }, value: { kind: "gap" } }, { name: { text: "w" } }] },
  ]);
});

test("a parser that gave up parses the next file", () => {
  parseText(repeated("norm ", 1e5));
  expect(parseText("norm A { y = 1 }").found).toEqual([]);
});
