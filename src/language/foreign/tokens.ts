/** What the rules of this folder share: ranges of tokens, new tokens in place of old ones, and their text. */
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";

export type Tokens = readonly IToken[];

/** A token that the text does not have, at the place of one that it has. */
export function tokenAt(place: IToken, tokenType: TokenType, image: string): IToken {
  return { ...place, image, tokenType, tokenTypeIdx: tokenType.tokenTypeIdx! };
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

export function areAdjacent(first: IToken | undefined, second: IToken | undefined): boolean {
  return first !== undefined && second !== undefined && endOf(first) === second.startOffset;
}

const partners = new Map<TokenType, TokenType>([
  [t.OpenParen, t.CloseParen],
  [t.OpenBracket, t.CloseBracket],
]);
const closers = new Set(partners.values());

export function opens(token: IToken | undefined): boolean {
  return token !== undefined && partners.has(token.tokenType);
}

export function closes(token: IToken | undefined): boolean {
  return token !== undefined && closers.has(token.tokenType);
}

/** For each parenthesis and bracket, the place of its partner. Those without one are left out. */
export function partnersOf(tokens: Tokens): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const open: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (opens(token)) open.push(i);
    else if (closes(token)) {
      const first = open.pop();
      if (first === undefined || partners.get(tokens[first]!.tokenType) !== token.tokenType) continue;
      found.set(first, i);
      found.set(i, first);
    } else if (token.tokenType === t.OpenBrace || token.tokenType === t.CloseBrace) open.length = 0;
  }
  return found;
}

/** The parts between the separators that are in no brackets. `x, y` has two; nothing has none. */
export function splitAt(tokens: Tokens, separators: readonly TokenType[]): readonly Tokens[] {
  if (tokens.length === 0) return [];
  const parts: IToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && separators.includes(token.tokenType)) {
      parts.push([]);
      continue;
    }
    if (opens(token)) depth++;
    else if (closes(token)) depth--;
    parts.at(-1)!.push(token);
  }
  return parts;
}

/** The text of tokens, spaced as `normc fmt` would, near enough. */
export function textOf(tokens: Tokens): string {
  let text = "";
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    text += `${before === undefined || !isSpaced(before, token, tokens[i - 2]) ? "" : " "}${token.image}`;
  }
  return text;
}

function isSpaced(first: IToken, second: IToken, previous: IToken | undefined): boolean {
  if (opens(first) || closes(second) || first.tokenType === t.Ellipsis) return false;
  if (second.tokenType === t.Comma || second.tokenType === t.Semicolon) return false;
  if (first.tokenType === t.Power || second.tokenType === t.Power) return false;
  if (first.tokenType === t.Dot || second.tokenType === t.Dot) return false;
  if (opens(second)) return first.tokenType !== t.Name && !closes(first);
  // A sign belongs to what follows it.
  const isSign = first.tokenType === t.Minus && (previous === undefined || !endsOperand(previous));
  return !isSign;
}

export function endsOperand(token: IToken): boolean {
  return token.tokenType === t.Name || token.tokenType === t.NumberLiteral || closes(token);
}

const inItems = new Set<TokenType>([t.Over, t.As, t.From]);

/** A keyword that begins a declaration or an item of the file, and so ends whatever is open. */
export function beginsItem(token: IToken): boolean {
  return tokenMatcher(token, t.Keyword) && !inItems.has(token.tokenType);
}
