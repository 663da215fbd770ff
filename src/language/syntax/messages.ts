/** Messages about what the parser expected and found, in words of the language. */
import {
  EOF,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type TokenType,
  tokenLabel,
  tokenMatcher,
} from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import {
  type Diagnostic,
  type DiagnosticDetails,
  diagnostic,
  type Source,
} from "../diagnostics/diagnostic.ts";
import { spanAt, spanOf } from "./spans.ts";

/** By rule, then by token. A token that is not listed is described by its label. */
const expectations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  file: { EOF: "`norm`, `fn` or `import`" },
  fileItem: { "": "`norm`, `fn` or `import`" },
  import: { CloseBrace: "`,` or `}`", StringLiteral: 'the path of a file in `"`' },
  importName: { Name: "the name of a norm" },
  alias: { Name: "a name" },
  function: { Name: "a name for the function", CloseParen: "`,` or `)`" },
  parameter: { Name: "the name of a parameter" },
  norm: { Name: "a name for the norm", CloseBrace: "a declaration, an equation or `}`" },
  normItem: { "": "a declaration or an equation" },
  axisDeclaration: { "": "an extent, the factors of the axis or another axis" },
  factors: { Name: "the name of a factor" },
  axis: { Name: "an axis name" },
  dims: { CloseBracket: "`,` or `]`" },
  paramDeclaration: { Name: "the name of a param", Equals: "`=` and a default" },
  tensorDeclaration: { Name: "the name of a tensor" },
  elementType: { Name: "an element type, such as `i32`" },
  outputDeclaration: { Name: "the name of an output" },
  mode: { Name: "a mode (`train` or `infer`)", CloseBrace: "an equation or `}`" },
  modeItem: { "": "an equation" },
  operand: { "": "an expression" },
  variadic: { Name: "an axis name" },
  group: { CloseParen: "an operator or `)`" },
  place: { NumberLiteral: "a whole number" },
  call: { CloseParen: "an operator, `,` or `)`" },
};

/** Thrown by the provider to stop a parser that finds nothing but mistakes, because each of them costs time. */
export const tooManyMistakes = Symbol("too many mistakes");

/** Its messages only say what was expected. `syntaxDiagnostic` adds the rest, which recovery may have skipped. */
export function messageProvider(limit: number): IParserErrorMessageProvider & { reset: () => void } {
  let told = 0;
  const message = (expected: string): string => {
    if (++told > limit) throw tooManyMistakes;
    return expected;
  };
  return {
    reset: () => {
      told = 0;
    },
    buildMismatchTokenMessage: ({ expected, ruleName }) => message(expectation(ruleName, expected)),
    buildNotAllInputParsedMessage: ({ ruleName }) => message(expectation(ruleName, EOF)),
    buildNoViableAltMessage: ({ ruleName }) => message(expectations[ruleName]?.[""] ?? "something else"),
    buildEarlyExitMessage: ({ ruleName }) => message(expectations[ruleName]?.[""] ?? "something more"),
  };
}

function expectation(rule: string, token: TokenType): string {
  return expectations[rule]?.[token.name] ?? tokenLabel(token);
}

function shown(token: IToken): string {
  const image = token.image;
  return `\`${image.length > 40 ? `${image.slice(0, 37)}...` : image}\``;
}

function described(token: IToken): string {
  if (token.tokenType === EOF) return "the end of the file";
  if (tokenMatcher(token, t.Keyword)) return `the keyword ${shown(token)}`;
  return shown(token);
}

export function syntaxDiagnostic(
  source: Source,
  tokens: readonly IToken[],
  error: IRecognitionException,
): Diagnostic {
  const { token, message: expected } = error;
  const at = token.tokenType === EOF ? tokens.length : tokens.indexOf(token);
  const previous = tokens[at - 1];
  const after = previous === undefined ? "" : ` after ${shown(previous)}`;
  const message = `expected ${expected}${after}, found ${described(token)}`;
  if (token.tokenType === EOF) {
    const end = previous === undefined ? source.text.length : previous.startOffset + previous.image.length;
    return diagnostic("N103", message, spanAt(source, end, end), opened(source, tokens, token));
  }
  const span = spanOf(source, token);
  if (token.tokenType === t.Arrow && (previous === undefined || !tokenMatcher(previous, t.Keyword))) {
    return diagnostic("N103", "`<-` updates a state and cannot stand inside an expression", span, {
      note: "to compare with a negative value, put a space between: `a < -b`",
      fix: { title: "write `< -`", span, replacement: "< -" },
    });
  }
  const note = noteOn(tokens, at, expected);
  return diagnostic("N103", message, span, note === undefined ? opened(source, tokens, token) : { note });
}

const lists = new Set<TokenType>([t.Axes, t.Param, t.Input, t.Affine, t.State, t.Output]);
const boundaries = new Set<TokenType>([...t.keywords, t.Target, t.OpenBrace, t.CloseBrace]);

function noteOn(tokens: readonly IToken[], at: number, expected: string): string | undefined {
  const token = tokens[at]!;
  const previous = tokens[at - 1];
  if (tokenMatcher(token, t.Keyword)) {
    return /name|an expression/.test(expected) ? "a keyword cannot be a name" : undefined;
  }
  switch (token.tokenType) {
    case t.Equals:
    case t.Arrow:
      if (previous !== undefined && tokenMatcher(previous, t.Keyword)) {
        return `${shown(previous)} is a keyword and cannot be a name`;
      }
      return "`=` defines a name; to compare two values, write `==`";
    case t.Times:
      return previous?.tokenType === t.Times ? "a power is written `x^2`" : undefined;
    case t.Name: {
      if (!/equation/.test(expected)) return undefined;
      let first = at - 1;
      while (first >= 0 && !boundaries.has(tokens[first]!.tokenType)) first--;
      const opener = tokens[first];
      if (opener !== undefined && first < at - 1 && lists.has(opener.tokenType)) {
        return `if ${shown(token)} belongs to the list before it, a comma is missing`;
      }
      if (tokens[at + 1]?.tokenType === t.OpenBracket) {
        return "write no axes on the left of an equation: they follow from its right side";
      }
      return "an equation is `name = …`, an update `name <- …`";
    }
    default:
      return undefined;
  }
}

const partners = new Map<TokenType, TokenType>([
  [t.CloseParen, t.OpenParen],
  [t.CloseBracket, t.OpenBracket],
  [t.CloseBrace, t.OpenBrace],
]);
const openers = new Set(partners.values());

/** Points at the innermost open bracket, if a token was found that does not belong inside it. */
function opened(source: Source, tokens: readonly IToken[], at: IToken): DiagnosticDetails {
  const stack: IToken[] = [];
  for (const token of tokens) {
    if (token === at) break;
    if (openers.has(token.tokenType)) stack.push(token);
    const partner = partners.get(token.tokenType);
    if (partner !== undefined) {
      while (stack.length > 0 && stack.at(-1)!.tokenType !== partner) stack.pop();
      stack.pop();
    }
  }
  const open = stack.at(-1);
  const closes = partners.get(at.tokenType);
  if (open === undefined || (closes !== undefined && closes === open.tokenType)) return {};
  // A brace is open nearly everywhere, so it only matters at the end of the file.
  if (open.tokenType === t.OpenBrace && at.tokenType !== EOF) return {};
  return { labels: [{ span: spanOf(source, open), text: `this ${shown(open)} is still open` }] };
}
