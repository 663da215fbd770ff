/** What the cursor rests on: a symbol, a word of the language, or an expression and its axes. */

import { tokenMatcher } from "chevrotain";
import type { Hover } from "vscode-languageserver";
import * as t from "../../../../grammar/tokens.ts";
import { factsAt, nameAt } from "../../../language/check/symbols/queries.ts";
import type { ExpressionFact, SpecSymbol, WordUse } from "../../../language/check/symbols/symbol.ts";
import type { KnownFile } from "../project/project.ts";
import { rangeOf, textOf } from "../text/ranges.ts";
import { endOf, scanOnce } from "../text/tokens.ts";
import {
  constantWord,
  elementTypeWord,
  functionWord,
  keywordWord,
  modeWord,
  settingWord,
  type Word,
} from "../words/built-in.ts";
import { code, describe, paragraphs } from "../words/describe.ts";

export function hover(file: KnownFile, offset: number): Hover | undefined {
  const { source, symbols } = file;
  const facts = factsAt(symbols, offset);
  const named = nameAt(symbols, offset);
  if (named !== undefined) {
    const said = named.definitions.map((one) => describe(one, symbols));
    return shown([...said, ...factsOf(named.definitions, named.span, facts).map(factText)], named.span);
  }
  const word = symbols.words.find(({ span }) => span.start <= offset && offset <= span.end);
  if (word !== undefined) {
    const call = facts.filter((one) => one.span.start === word.span.start);
    return shown([wordText(meaningOf(word, source.text)), ...call.map(factText)], word.span);
  }
  const token = scanOnce(source).tokens.find((one) => one.startOffset <= offset && offset < endOf(one));
  if (token !== undefined && tokenMatcher(token, t.Keyword)) {
    const span = { source, start: token.startOffset, end: endOf(token) };
    return shown([wordText(keywordWord(token.image))], span);
  }
  const [first] = facts;
  if (first === undefined || token === undefined) return undefined;
  return shown([code(textOf(first.span)), ...facts.map(factText)], first.span);
}

/** What is not said with the declaration: the axes of a param or of the value of a call. */
function factsOf(
  definitions: readonly SpecSymbol[],
  { start, end }: WordUse["span"],
  facts: readonly ExpressionFact[],
): readonly ExpressionFact[] {
  const [{ kind } = { kind: undefined }] = definitions;
  if (kind === "norm" || kind === "function") return facts.filter(({ span }) => span.start === start);
  return kind === "param" ? facts.filter(({ span }) => span.start === start && span.end === end) : [];
}

function shown(parts: readonly (string | undefined)[], span: WordUse["span"]): Hover | undefined {
  const value = paragraphs(...parts);
  return value === "" ? undefined : { contents: { kind: "markdown", value }, range: rangeOf(span) };
}

function wordText(word: Word | undefined): string | undefined {
  return word && paragraphs(code(word.usage), word.meaning);
}

function meaningOf({ span, kind }: WordUse, text: string): Word | undefined {
  const name = textOf(span);
  switch (kind) {
    case "function":
      return functionWord(name, /^\([^()]*\bover\b/.test(text.slice(span.end)));
    case "setting":
      return settingWord(name);
    case "constant":
      return constantWord(name);
    case "mode":
      return modeWord(name);
    case "elementType":
      return elementTypeWord(name);
  }
}

/** `Axes N, G`, or what a number of elements counts. */
export function factText({ axes, sizeOf, mode }: ExpressionFact): string {
  const where = mode === null ? "" : ` on ${mode}`;
  if (sizeOf !== undefined) return `The number of elements along ${quoted(sizeOf)}${where}.`;
  return axes.length === 0 ? `One number${where}.` : `Axes ${quoted(axes)}${where}.`;
}

function quoted(axes: readonly string[]): string {
  return axes.map((one) => `\`${one}\``).join(", ");
}
