/** Messages about a character that begins no token. */
import { type Diagnostic, diagnostic, type Source } from "../diagnostics/diagnostic.ts";
import { spanAt } from "./spans.ts";

const notes: Readonly<Record<string, string>> = {
  "'": 'a path is written in `"`',
  "`": 'a path is written in `"`',
  "\u201c": 'a path is written in straight quotes: `"`',
  "\u201d": 'a path is written in straight quotes: `"`',
  ".": "`...S` is a variadic axis; a number has digits behind its point, such as `1.0`; values have no members",
  "%": "there is no remainder operator",
  "!": "there is no `!` alone; `!=` compares",
  "&": "there are no logical operators: comparisons give 1 or 0, so `*` is `and`",
  "|": "there are no logical operators; an absolute value is `abs(x)`",
  "?": "there is no conditional operator; `where(condition, a, b)` chooses",
  ":": "`=` defines a name",
  "@": "there is no matrix product; over the axis that both have it is `sum(x * w over C)`",
  "\\": "a statement may run over several lines as it is",
  "\u2212": "the minus sign is `-`",
  "\u00d7": "a product is written with `*`",
  "\u00b7": "a product is written with `*`",
  "\u00f7": "a quotient is written with `/`",
  "\u2026": "a variadic axis is written with three full stops: `...S`",
  "\u2190": "an update is written `<-`",
  "\u2264": "written `<=`",
  "\u2265": "written `>=`",
  "\u2260": "written `!=`",
  "\u00b2": "a square is written `x^2`",
  "\u221a": "a square root is written `sqrt(x)`",
};

export function strangeCharacter(source: Source, offset: number, length: number): Diagnostic {
  const run = source.text.slice(offset, offset + length);
  const first = String.fromCodePoint(run.codePointAt(0) ?? 0);
  const rest = run.length > first.length;
  const span = spanAt(source, offset, offset + length);
  const message = rest
    ? `${shown(first)} and what follows it mean nothing here`
    : `${shown(first)} means nothing here`;
  const note =
    notes[first] ??
    (/\p{L}/u.test(first) ? "a name is made of the letters A-Z and a-z, digits and `_`" : undefined);
  return diagnostic("N101", message, span, note === undefined ? {} : { note });
}

/** Shows an invisible character by its number. */
function shown(character: string): string {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) && character !== "\uFFFD") return `\`${character}\``;
  const hex = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${hex}`;
}
