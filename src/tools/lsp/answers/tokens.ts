/** The kind of each word, for colours: what a name is, not only that it is one. */
import { tokenMatcher } from "chevrotain";
import { type SemanticTokens, SemanticTokensBuilder, type SemanticTokensLegend } from "vscode-languageserver";
import * as t from "../../../../grammar/tokens.ts";
import { allSymbols } from "../../../language/check/symbols/queries.ts";
import type { SpecSymbol, WordKind } from "../../../language/check/symbols/symbol.ts";
import { isDocLine } from "../../../language/syntax/docs.ts";
import type { KnownFile } from "../project/project.ts";
import { placeAt } from "../text/ranges.ts";
import { scanOnce } from "../text/tokens.ts";

const types = [
  "class",
  "function",
  "parameter",
  "typeParameter",
  "variable",
  "property",
  "keyword",
  "number",
  "string",
  "comment",
  "operator",
  "enumMember",
  "type",
] as const;
const modifiers = ["declaration", "readonly", "defaultLibrary", "documentation"] as const;

export const legend: SemanticTokensLegend = { tokenTypes: [...types], tokenModifiers: [...modifiers] };

interface Colour {
  readonly type: (typeof types)[number];
  readonly modifiers?: readonly (typeof modifiers)[number][];
}

export function semanticTokens(file: KnownFile): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  const { source } = file;
  for (const { start, length, colour } of colouredWords(file)) {
    const { line, character } = placeAt(source, start);
    const bits = (colour.modifiers ?? []).reduce((sum, one) => sum | (1 << modifiers.indexOf(one)), 0);
    builder.push(line, character, length, types.indexOf(colour.type), bits);
  }
  return builder.build();
}

interface Coloured {
  readonly start: number;
  readonly length: number;
  readonly colour: Colour;
}

function colouredWords({ source, symbols }: KnownFile): Coloured[] {
  const { tokens, comments } = scanOnce(source);
  const named = new Map<number, Colour>();
  for (const { span, kind } of symbols.words) named.set(span.start, words[kind]);
  for (const { span, definitions } of symbols.references) {
    if (definitions[0] !== undefined) named.set(span.start, colourOf(definitions[0]));
  }
  for (const one of allSymbols(symbols)) {
    const colour = colourOf(one);
    named.set(one.nameSpan.start, { ...colour, modifiers: ["declaration", ...(colour.modifiers ?? [])] });
  }
  const found: Coloured[] = comments.map((one) => ({
    start: one.span.start,
    length: one.text.length,
    colour: isDocLine(one) ? { type: "comment", modifiers: ["documentation"] } : { type: "comment" },
  }));
  for (const token of tokens) {
    // What stands for a slip (`x.mean(C)`) is not in the text as it reads here.
    if (source.text.slice(token.startOffset, token.startOffset + token.image.length) !== token.image)
      continue;
    const colour =
      named.get(token.startOffset) ?? plainColour(token.tokenType, (one) => tokenMatcher(token, one));
    if (colour !== undefined) found.push({ start: token.startOffset, length: token.image.length, colour });
  }
  return withoutOverlaps(found.sort((a, b) => a.start - b.start));
}

function withoutOverlaps(found: readonly Coloured[]): Coloured[] {
  const kept: Coloured[] = [];
  for (const one of found) {
    const before = kept.at(-1);
    if (before === undefined || before.start + before.length <= one.start) kept.push(one);
  }
  return kept;
}

function plainColour(type: typeof t.Name, is: (one: typeof t.Name) => boolean): Colour | undefined {
  if (is(t.Keyword)) return { type: "keyword" };
  if (type === t.NumberLiteral) return { type: "number" };
  if (type === t.StringLiteral) return { type: "string" };
  if (is(t.Operator) || type === t.Arrow || type === t.Equals) return { type: "operator" };
  return undefined;
}

const words: Readonly<Record<WordKind, Colour>> = {
  function: { type: "function", modifiers: ["defaultLibrary"] },
  setting: { type: "property", modifiers: ["defaultLibrary"] },
  constant: { type: "variable", modifiers: ["readonly", "defaultLibrary"] },
  mode: { type: "enumMember" },
  elementType: { type: "type", modifiers: ["defaultLibrary"] },
};

function colourOf(symbol: SpecSymbol): Colour {
  switch (symbol.kind) {
    case "norm":
      return { type: "class" };
    case "function":
      return symbol.builtIn ? words.function : { type: "function" };
    case "parameter":
      return { type: "parameter" };
    case "axis":
    case "factor":
      return { type: "typeParameter" };
    case "param":
      return { type: "variable", modifiers: ["readonly"] };
    case "tensor":
      return { type: symbol.role === "input" ? "parameter" : "property" };
    case "equation":
      return { type: "variable" };
  }
}
