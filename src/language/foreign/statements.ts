/** Statements as Python, C and JavaScript write them, rewritten into those of the language. */
import type { IToken, TokenType } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { type DiagnosticDetails, diagnostic, type Source, type Span } from "../diagnostics/diagnostic.ts";
import type { Declared } from "./declared.ts";
import type { Findings } from "./findings.ts";
import { areAdjacent, beginsItem, closes, endOf, opens, partnersOf, type Tokens, tokenAt } from "./tokens.ts";

const declaring = new Set([
  "let",
  "const",
  "var",
  "val",
  "auto",
  "def",
  "local",
  "float",
  "double",
  "half",
  "Tensor",
]);
const assigning = new Set<TokenType>([t.Plus, t.Minus, t.Times, t.Divide]);

export function rewriteStatements(
  source: Source,
  tokens: Tokens,
  declared: Declared,
  findings: Findings,
): IToken[] {
  const partners = partnersOf(tokens);
  const out: IToken[] = [];
  let depth = 0;
  let braces = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (opens(token)) depth++;
    else if (closes(token)) depth--;
    if (token.tokenType === t.OpenBrace) braces++;
    if (token.tokenType === t.CloseBrace) braces--;
    if (beginsItem(token) || token.tokenType === t.OpenBrace || token.tokenType === t.CloseBrace) depth = 0;
    if (braces === 0 && depth === 0) {
      const end = atFileLevel(i);
      if (end !== undefined) {
        i = end;
        continue;
      }
    }
    if (token.tokenType !== t.Name || depth !== 0 || braces === 0 || !isStart(i)) {
      out.push(token);
      continue;
    }
    i = statement(i);
  }
  return out;

  /** Handles the statement at a place, or its first token. Returns the place of the last token that it took. */
  function statement(at: number): number {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    const behind = tokens[at + 2];
    if (declaring.has(token.image) && next?.tokenType === t.Name && isDefined(at + 2)) {
      const span = { source, start: token.startOffset, end: next.startOffset };
      findings.repaired(
        wrong(
          `an equation begins with its name, not with \`${token.image}\``,
          spanOf(token),
          fixed("leave it out", span, ""),
        ),
      );
      return at;
    }
    if (token.image === "return" && !isDefined(at + 1)) return returned(at);
    if (
      next !== undefined &&
      assigning.has(next.tokenType) &&
      behind?.tokenType === t.Equals &&
      areAdjacent(next, behind)
    ) {
      return assignment(at);
    }
    const close = next?.tokenType === t.OpenBracket ? partners.get(at + 1) : undefined;
    if (close !== undefined && isDefined(close + 1) && !isMissingComma(close + 1)) {
      const span = { source, start: next!.startOffset, end: endOf(tokens[close]!) };
      findings.repaired(
        wrong(
          "an equation has no axes on its left: they follow from its right",
          span,
          fixed("leave them out", span, ""),
        ),
      );
      out.push(token);
      return close;
    }
    out.push(token);
    return at;
  }

  /** `y += x`. */
  function assignment(at: number): number {
    const [name, operator, equals] = tokens.slice(at, at + 3) as [IToken, IToken, IToken];
    const sign = operator.image;
    const span = { source, start: operator.startOffset, end: endOf(equals) };
    if (declared.states.has(name.image)) {
      const last = endOfLine(at);
      const inner = source.text.slice(endOf(equals), endOf(tokens[last]!)).trim();
      const right = sign === "+" || last <= at + 3 ? inner : `(${inner})`;
      const whole = { source, start: name.startOffset, end: endOf(tokens[last]!) };
      const text = `${name.image} <- ${name.image} ${sign} ${right}`;
      findings.repaired(wrong("a state is updated with `<-`", span, fixed(`write \`${text}\``, whole, text)));
      const isGroup = right !== inner;
      out.push(name, tokenAt(operator, t.Arrow, "<-"), tokenAt(operator, t.Name, name.image), operator);
      if (isGroup) out.push(tokenAt(equals, t.OpenParen, "("));
      out.push(...tokens.slice(at + 3, last + 1));
      if (isGroup) out.push(tokenAt(tokens[last]!, t.CloseParen, ")"));
      return last;
    }
    findings.lost(
      wrong(`\`${sign}=\` changes a value, and an equation defines each name once`, span, {
        note: `give the new value a name of its own: \`${name.image}_2 = ${name.image} ${sign} …\`; a state is updated with \`<-\``,
      }),
    );
    out.push(name, equals);
    return at + 2;
  }

  /** `return y`. */
  function returned(at: number): number {
    const token = tokens[at]!;
    const value = tokens[at + 1];
    const last = endOfLine(at);
    const isName = value?.tokenType === t.Name && last === at + 1;
    const whole = { source, start: token.startOffset, end: endOf(tokens[last]!) };
    if (!isName) {
      findings.lost(
        wrong("a norm does not return: it names its outputs", spanOf(token), {
          note: "define the value and write `output` with its name: `y = …`, `output y`",
        }),
      );
      return last;
    }
    if (declared.outputs.has(value.image)) {
      findings.repaired(
        wrong(
          `a norm does not return: \`output ${value.image}\` is there already`,
          spanOf(token),
          fixed("leave it out", whole, ""),
        ),
      );
      return last;
    }
    const span = spanOf(token);
    findings.repaired(
      wrong(
        "a norm does not return: it names its outputs",
        span,
        fixed(`write \`output ${value.image}\``, span, "output"),
      ),
    );
    out.push(tokenAt(token, t.Output, "output"), value);
    return last;
  }

  /** `import torch`, and a semicolon behind a function or an import. */
  function atFileLevel(at: number): number | undefined {
    const token = tokens[at]!;
    if (token.tokenType === t.Semicolon && at > 0) {
      findings.repaired(
        wrong("no semicolon is needed here", spanOf(token), fixed("leave it out", spanOf(token), "")),
      );
      return at;
    }
    const isPython =
      (token.tokenType === t.Import && tokens[at + 1]?.tokenType === t.Name) ||
      (token.tokenType === t.From && tokens[at + 1]?.tokenType === t.Name && (at === 0 || isOnNewLine(at)));
    if (!isPython) return undefined;
    const last = endOfLine(at);
    // `import A } from "./a.norm"` lacks a brace.
    const own = new Set<TokenType>([t.StringLiteral, t.OpenBrace, t.CloseBrace]);
    if (tokens.slice(at, last + 2).some((one) => own.has(one.tokenType))) return undefined;
    const whole = { source, start: token.startOffset, end: endOf(tokens[last]!) };
    findings.repaired(
      wrong("functions are built in: nothing is imported for them", whole, {
        note: 'norms are imported from other specs: `import { A } from "./a.norm"`',
        ...fixed("leave it out", whole, ""),
      }),
    );
    return last;
  }

  /** Whether a name here begins a statement: it is in no list, and what is before it has ended. */
  function isStart(at: number): boolean {
    const before = tokens[at - 1];
    if (before === undefined) return true;
    switch (before.tokenType) {
      case t.Name:
      case t.NumberLiteral:
      case t.CloseParen:
      case t.CloseBracket:
        return isOnNewLine(at);
      case t.OpenBrace:
      case t.CloseBrace:
      case t.Semicolon:
        return true;
      default:
        return false;
    }
  }

  function isOnNewLine(at: number): boolean {
    return /[\r\n]/.test(source.text.slice(endOf(tokens[at - 1]!), tokens[at]!.startOffset));
  }

  function isDefined(at: number): boolean {
    const type = tokens[at]?.tokenType;
    return type === t.Equals || type === t.Arrow;
  }

  /** `affine gamma[C] = 1` and, on the next line, `beta[C] = 0`: a list that lacks a comma, not an equation. */
  function isMissingComma(equals: number): boolean {
    return tokens[equals + 1]?.tokenType === t.NumberLiteral && endOfLine(equals) === equals + 1;
  }

  /** The last token before the line ends, or the statement does, outside of brackets. */
  function endOfLine(at: number): number {
    let i = at;
    while (i + 1 < tokens.length) {
      const inner = opens(tokens[i]) ? partners.get(i) : undefined;
      if (inner !== undefined && inner > i) i = inner;
      const next = tokens[i + 1];
      if (next === undefined || isOnNewLine(i + 1)) break;
      if (next.tokenType === t.Semicolon || next.tokenType === t.CloseBrace) break;
      i++;
    }
    return i;
  }

  function spanOf(token: IToken): Span {
    return { source, start: token.startOffset, end: endOf(token) };
  }
}

function wrong(message: string, span: Span, details: DiagnosticDetails) {
  return diagnostic("N103", message, span, details);
}

function fixed(title: string, span: Span, replacement: string): Pick<DiagnosticDetails, "fix"> {
  return { fix: { title, span, replacement } };
}
