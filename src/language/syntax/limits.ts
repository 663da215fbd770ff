/**
 * Guards that run on tokens, before the parser. They bound nesting and length, so that no later stage can run out of
 * stack: each walks the tree by recursion.
 */
import type { IToken, TokenType } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { type Diagnostic, diagnostic, type Source, type Span } from "../diagnostics/diagnostic.ts";
import { spanOf } from "./spans.ts";

export const maxTextLength = 1024 * 1024;
export const maxNesting = 200;
export const maxOperators = 2000;
export const maxDiagnostics = 50;

const operators = new Set<TokenType>([
  t.LessOrEqual,
  t.Less,
  t.GreaterOrEqual,
  t.Greater,
  t.EqualTo,
  t.NotEqual,
  t.Plus,
  t.Minus,
  t.Times,
  t.Divide,
  t.Power,
]);

const endsOperand = new Set<TokenType>([t.Name, t.NumberLiteral, t.CloseParen, t.CloseBracket]);

export interface Limited {
  readonly tokens: IToken[];
  readonly mistakes: Diagnostic[];
  /** The text of the statements that were dropped. */
  readonly dropped: Span[];
}

/** Drops the statements that exceed a limit, and makes a diagnostic for each. */
export function withinLimits(source: Source, tokens: readonly IToken[], starts: readonly number[]): Limited {
  const kept: IToken[] = [];
  const mistakes: Diagnostic[] = [];
  const dropped: Span[] = [];
  let from = 0;
  for (let region = 0; region <= starts.length; region++) {
    const end = starts[region] ?? Number.POSITIVE_INFINITY;
    let to = from;
    while (to < tokens.length && tokens[to]!.startOffset < end) to++;
    const mistake = overLimit(source, tokens, from, to);
    if (mistake === undefined) for (let i = from; i < to; i++) kept.push(tokens[i]!);
    else {
      mistakes.push(mistake);
      dropped.push(spanOf(source, tokens[from]!, tokens[to - 1]));
    }
    from = to;
  }
  return { tokens: kept, mistakes, dropped };
}

function overLimit(
  source: Source,
  tokens: readonly IToken[],
  from: number,
  to: number,
): Diagnostic | undefined {
  /**
   * For each open bracket, the number of powers and minus signs still waiting for their right operand at that level.
   */
  const chains = [0];
  let waiting = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const token = tokens[i]!;
    const type = token.tokenType;
    const top = chains.length - 1;
    if (type === t.OpenParen || type === t.OpenBracket) {
      chains.push(0);
      // `w[M = 0][K = 1]…` nests like operators.
      if (type === t.OpenBracket) count++;
    } else if (type === t.CloseParen || type === t.CloseBracket) {
      if (top > 0) waiting -= chains.pop()!;
    } else if (operators.has(type)) {
      count++;
      const before = tokens[i - 1]?.tokenType;
      const prefix = type === t.Minus && (before === undefined || !endsOperand.has(before));
      if (prefix || type === t.Power) {
        chains[top]!++;
        waiting++;
      } else {
        waiting -= chains[top]!;
        chains[top] = 0;
      }
    } else if (type === t.Comma || type === t.Separator || type === t.Semicolon) {
      waiting -= chains[top]!;
      chains[top] = 0;
      // Each element of a list is a separate expression.
      if (top === 0) count = 0;
    }
    if (chains.length - 1 + waiting > maxNesting) {
      return diagnostic(
        "N104",
        `this expression is nested more than ${maxNesting} deep`,
        spanOf(source, token),
        {
          note: "give a part of it a name of its own",
        },
      );
    }
    if (count > maxOperators) {
      return diagnostic(
        "N104",
        `this expression has more than ${maxOperators} operators`,
        spanOf(source, token),
        {
          note: "give a part of it a name of its own",
        },
      );
    }
  }
  return undefined;
}
