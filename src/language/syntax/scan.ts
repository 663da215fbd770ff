/** From text to tokens: lexing, and the facts that the parser needs before it starts. */
import { type IToken, Lexer, type TokenType } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { type Diagnostic, diagnostic, type Source, type Span } from "../diagnostics/diagnostic.ts";
import { readForeign } from "../foreign/foreign.ts";
import type { Comment } from "./ast.ts";
import { strangeCharacter } from "./characters.ts";
import { spanAt, spanOf } from "./spans.ts";

export interface Scan {
  readonly tokens: readonly IToken[];
  readonly comments: readonly Comment[];
  readonly mistakes: readonly Diagnostic[];
  /** The tokens are as if these had been fixed. */
  readonly repaired: readonly Diagnostic[];
  /** The text that a comment without an end swallowed. */
  readonly unread: readonly Span[];
  /** Where items and statements begin, ascending. One mistake is reported for each stretch between two of them. */
  readonly starts: readonly number[];
}

let lexer: Lexer | undefined;

function theLexer(): Lexer {
  lexer ??= new Lexer([...t.tokens], { positionTracking: "onlyOffset", skipValidations: true });
  return lexer;
}

export function scan(source: Source): Scan {
  // A byte order mark is only allowed at the very beginning. A blank replaces it, so that offsets stay right.
  const text = source.text.startsWith("\uFEFF") ? ` ${source.text.slice(1)}` : source.text;
  const { tokens: read, groups, errors } = theLexer().tokenize(text);
  const foreign = readForeign(source, read);
  const strange = foreign.tokens.filter(isStrange);
  const tokens = strange.length === 0 ? foreign.tokens : foreign.tokens.filter((one) => !isStrange(one));
  const marked = markStarts(tokens, text);
  const mistakes = [
    ...strange.map((one) => strangeCharacter(source, one.startOffset, one.image.length)),
    ...foreign.lost,
    ...errors.map((one) => strangeCharacter(source, one.offset, one.length)),
    ...(groups.mistakes ?? []).map((one) => misreadToken(source, one)),
    ...numbersRunningOn(source, tokens),
  ];
  const comments = (groups.comments ?? []).map((one) => ({
    text: one.image.trimEnd(),
    span: spanAt(source, one.startOffset, one.startOffset + one.image.trimEnd().length),
  }));
  const unread = (groups.mistakes ?? []).filter((one) => one.tokenType === t.OpenComment);
  return {
    tokens: marked.tokens,
    comments,
    mistakes,
    repaired: foreign.repaired,
    unread: unread.map((one) => spanOf(source, one)),
    starts: marked.starts,
  };
}

/** A token that the language does not have, and that stands for nothing in it. */
function isStrange({ tokenType }: IToken): boolean {
  return tokenType === t.Dot || tokenType === t.At;
}

function misreadToken(source: Source, token: IToken): Diagnostic {
  const start = token.startOffset;
  switch (token.tokenType) {
    case t.OpenString:
      return diagnostic("N102", 'this string has no closing `"` on its line', spanOf(source, token));
    case t.OpenComment:
      return diagnostic("N102", "this comment has no end", spanAt(source, start, start + 2), {
        note: "`/* */` is not in the language: a comment is `//` and runs to the end of its line",
      });
    default:
      return diagnostic("N101", "`/* */` is not in the language", spanAt(source, start, start + 2), {
        note: "a comment is `//` and runs to the end of its line",
      });
  }
}

/** `0x10`, `3C`, `1.5f`: two tokens without a gap, which is always a mistake. */
function numbersRunningOn(source: Source, tokens: readonly IToken[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (let i = 1; i < tokens.length; i++) {
    const number = tokens[i - 1]!;
    const next = tokens[i]!;
    if (number.tokenType !== t.NumberLiteral) continue;
    if (next.startOffset !== number.startOffset + number.image.length) continue;
    if (next.tokenType !== t.Name && next.tokenType !== t.NumberLiteral && next.tokenType !== t.Target)
      continue;
    found.push(
      diagnostic("N101", "a number runs into what follows it", spanOf(source, number, next), {
        note: "numbers are decimal, such as `1`, `0.5` or `1e-5`; a product is written with `*`",
      }),
    );
  }
  return found;
}

const opensItem = new Set<TokenType>([
  t.Norm,
  t.Axes,
  t.Param,
  t.Input,
  t.Affine,
  t.State,
  t.On,
  t.Output,
  t.Import,
  t.Fn,
]);

/** Tokens that can end a statement. A name before `=` or `<-` after one of them begins the next statement. */
const endsStatement = new Set<TokenType>([
  t.Name,
  t.NumberLiteral,
  t.StringLiteral,
  t.CloseParen,
  t.CloseBracket,
  t.CloseBrace,
  t.OpenBrace,
]);

/** After these tokens, `name =` is a declaration or a place on an axis, wherever the line breaks. */
const declares = new Set<TokenType>([...opensItem, t.OpenBracket, t.Colon, t.As, t.From]);

/** For each open bracket, whether it contains a semicolon. After a semicolon, `name =` is a setting. */
type Open = boolean[];

function markStarts(tokens: readonly IToken[], text: string): { tokens: IToken[]; starts: number[] } {
  const marked: IToken[] = [];
  const starts: number[] = [];
  const open: Open = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const type = token.tokenType;
    if (isTarget(tokens, i, open, text)) {
      open.length = 0;
      starts.push(token.startOffset);
      marked.push(retyped(token, t.Target));
      continue;
    }
    marked.push(type === t.Comma && open.length === 0 ? retyped(token, t.Separator) : token);
    if (opensItem.has(type) || type === t.OpenBrace || type === t.CloseBrace) {
      // The braces of an import belong to the import.
      if (type !== t.OpenBrace) starts.push(token.startOffset);
      open.length = 0;
    } else if (type === t.OpenParen || type === t.OpenBracket) {
      open.push(false);
    } else if (type === t.CloseParen || type === t.CloseBracket) {
      open.pop();
    } else if (type === t.Semicolon && open.length > 0) {
      open[open.length - 1] = true;
    }
  }
  return { tokens: marked, starts };
}

function retyped(token: IToken, tokenType: TokenType): IToken {
  return { ...token, tokenType, tokenTypeIdx: tokenType.tokenTypeIdx! };
}

function isTarget(tokens: readonly IToken[], i: number, open: Open, text: string): boolean {
  const token = tokens[i]!;
  const next = tokens[i + 1]?.tokenType;
  if (token.tokenType !== t.Name || (next !== t.Equals && next !== t.Arrow)) return false;
  const before = tokens[i - 1];
  if (before === undefined) return true;
  const type = before.tokenType;
  if (declares.has(type)) return false;
  const isOutside = open.length === 0;
  // `axes ...S = 3` and `w[...S = 0]`.
  if (type === t.Ellipsis && (isOutside || tokens[i - 2]?.tokenType === t.OpenBracket)) return false;
  // Between declarations, or between settings.
  if (type === t.Comma && (isOutside || open.at(-1))) return false;
  if (type === t.Semicolon) return isOutside;
  if (isOutside && endsStatement.has(type)) return true;
  // Inside brackets or after an operator something is already wrong, so a line break decides where it ends.
  return /[\r\n]/.test(text.slice(before.startOffset + before.image.length, token.startOffset));
}
