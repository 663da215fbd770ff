/**
 * What may stand at the cursor. It is read from the tokens before it: a text that is being typed has no whole tree there.
 */
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import * as t from "../../../../grammar/tokens.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import { lineBounds, positionAt } from "../../../language/diagnostics/lines.ts";
import { type Enclosing, enclosingOf, type Open, readTokens, type State } from "./read-tokens.ts";
import { endOf, scanOnce } from "./tokens.ts";

export type Expected =
  | { readonly kind: "nothing" }
  /** `norm`, `fn`, `import` */
  | { readonly kind: "fileItem" }
  | { readonly kind: "importName"; readonly path?: string }
  | { readonly kind: "from" }
  | { readonly kind: "importPath" }
  /** A declaration or an equation of a norm, in an `on` block or outside. */
  | { readonly kind: "normItem"; readonly inBlock: boolean }
  | { readonly kind: "mode" }
  | { readonly kind: "elementType" }
  /** The name of an output. */
  | { readonly kind: "output" }
  | { readonly kind: "axis"; readonly enclosing?: Enclosing }
  /** What an affine or a state begins with: sizes and params. */
  | { readonly kind: "initialValue" }
  /** The name of a setting, or an expression in place of one. */
  | { readonly kind: "setting"; readonly enclosing: Enclosing }
  | { readonly kind: "expression"; readonly enclosing?: Enclosing }
  /** An operand ends before the cursor: an operator, or `over` in a call. */
  | { readonly kind: "afterOperand"; readonly enclosing?: Enclosing };

export interface Context {
  readonly expected: Expected;
  /** Where the word begins that is being typed, with the dots of an axis. */
  readonly start: number;
  /** The equation that the cursor is in. */
  readonly target?: string;
  /** The parentheses of the innermost call around the cursor, though others may be inside them. */
  readonly call?: Enclosing;
}

export function contextAt(source: Source, offset: number): Context {
  const { tokens, comments } = scanOnce(source);
  const { text } = source;
  const nothing: Context = { expected: { kind: "nothing" }, start: offset };
  if (comments.some(({ span }) => span.start < offset && offset <= lineEnd(source, span.start)))
    return nothing;
  const path = pathStart(source, offset);
  if (path !== undefined) return { expected: { kind: "importPath" }, start: path };
  let start = offset;
  while (start > 0 && /[A-Za-z0-9_]/.test(text[start - 1]!)) start--;
  if (/[0-9]/.test(text[start] ?? "") && start < offset) return nothing;
  const dots = /\.{1,3}$/.exec(text.slice(Math.max(0, start - 3), start))?.[0].length ?? 0;
  const before = tokens.filter((one) => endOf(one) <= start - dots);
  const state = readTokens(before);
  const expected = expectedAfter(state, before, tokens, start);
  // `0.` becomes a number, and dots alone are an axis or nothing.
  if (dots > 0 && expected.kind !== "axis") return nothing;
  const call = state.open.findLast((one) => one.bracket === "call");
  return {
    expected,
    start: expected.kind === "axis" ? start - dots : start,
    ...(state.target === undefined ? {} : { target: state.target }),
    ...(call === undefined ? {} : { call: enclosingOf(call) }),
  };
}

function lineEnd(source: Source, offset: number): number {
  return lineBounds(source, positionAt(source, offset).line).end;
}

/** Where the text behind the quotation mark of an unfinished path begins. */
function pathStart(source: Source, offset: number): number | undefined {
  const { start } = lineBounds(source, positionAt(source, offset).line);
  const quotes = [...source.text.slice(start, offset).matchAll(/"/g)];
  return quotes.length % 2 === 0 ? undefined : start + quotes.at(-1)!.index + 1;
}

/** Tokens that end an operand. */
const ends = new Set<TokenType>([t.Name, t.NumberLiteral, t.CloseParen, t.CloseBracket]);

function expectedAfter(
  state: State,
  before: readonly IToken[],
  tokens: readonly IToken[],
  start: number,
): Expected {
  const last = before.at(-1);
  const type = last?.tokenType;
  const isOperandEnd = type !== undefined && ends.has(type);
  switch (state.block) {
    case "file":
      return { kind: "fileItem" };
    case "import":
      if (type === t.StringLiteral) return { kind: "fileItem" };
      if (state.pathExpected) return type === t.CloseBrace ? { kind: "from" } : { kind: "nothing" };
      if (type !== t.OpenBrace && type !== t.Separator && type !== t.Comma) return { kind: "nothing" };
      return importName(tokens, start);
    case "function":
      if (!state.inValue) return { kind: "nothing" };
      if (state.open.length === 0 && isOperandEnd) return { kind: "fileItem" };
      return inExpression(state, type);
    case "on":
      if (type === t.On) return { kind: "mode" };
      break;
    case "norm":
      break;
  }
  return inNorm(state, type, isOperandEnd);
}

/** The path of the import around the cursor, if it is there already. */
function importName(tokens: readonly IToken[], start: number): Expected {
  const behind = tokens.filter((one) => one.startOffset >= start);
  const end = behind.findIndex(
    (one) => tokenMatcher(one, t.Keyword) && one.tokenType !== t.From && one.tokenType !== t.As,
  );
  const path = behind.slice(0, end < 0 ? undefined : end).find((one) => one.tokenType === t.StringLiteral);
  return { kind: "importName", ...(path === undefined ? {} : { path: path.image.slice(1, -1) }) };
}

function inNorm(state: State, type: TokenType | undefined, isOperandEnd: boolean): Expected {
  const inBlock = state.block === "on";
  const item: Expected = { kind: "normItem", inBlock };
  const top = state.open.at(-1);
  if (type === t.Norm || type === t.Target) return { kind: "nothing" };
  if (top?.bracket === "dims") return isOperandEnd ? { kind: "nothing" } : axis(top);
  if (top !== undefined) return inExpression(state, type);
  if (type === t.OpenBrace || type === t.CloseBrace || type === t.Semicolon) return item;
  if (type === t.Colon) return { kind: "elementType" };
  if (state.target !== undefined) return isOperandEnd ? item : inExpression(state, type);
  // `norm Name`, without its brace yet.
  if (state.list === undefined) return type === t.Name ? { kind: "nothing" } : item;
  if (!state.inValue) {
    if (isOperandEnd) return item;
    return state.list === "output" ? { kind: "output" } : { kind: "nothing" };
  }
  if (isOperandEnd) return item;
  if (state.list === "axes") return { kind: "axis" };
  return state.list === "param" ? { kind: "nothing" } : { kind: "initialValue" };
}

function axis(open: Open): Expected {
  return { kind: "axis", enclosing: enclosingOf(open) };
}

const axisForms = new Set(["size", "index"]);

function inExpression({ open }: State, type: TokenType | undefined): Expected {
  const top = open.at(-1);
  const isOperandEnd = type !== undefined && ends.has(type);
  if (top === undefined) return { kind: isOperandEnd ? "afterOperand" : "expression" };
  const enclosing = enclosingOf(top);
  if (isOperandEnd) return { kind: "afterOperand", enclosing };
  switch (top.bracket) {
    case "place":
      return top.first.length === 0 ? { kind: "axis", enclosing } : { kind: "expression", enclosing };
    case "call":
      if (top.part === "axes" || axisForms.has(top.name ?? "")) return { kind: "axis", enclosing };
      if (top.part === "settings" && (type === t.Semicolon || type === t.Comma))
        return { kind: "setting", enclosing };
      return { kind: "expression", enclosing };
    case "group":
    case "dims":
      return { kind: "expression", enclosing };
  }
}
