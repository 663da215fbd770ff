/**
 * What may stand at the cursor. It is read from the tokens before it: a text that is being typed has no whole tree there.
 */
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import * as t from "../../../../grammar/tokens.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import { lineBounds, positionAt } from "../../../language/diagnostics/lines.ts";
import { endOf, scanOnce } from "./tokens.ts";

/** The declarations that begin with a keyword and go on as a list. */
export type ListKind = "axes" | "param" | "input" | "affine" | "state" | "output";

/** The parentheses or brackets around the cursor. */
export interface Enclosing {
  readonly bracket: "call" | "group" | "dims" | "place";
  /** The called name, or the tensor before the brackets. */
  readonly name?: string;
  /** Which of the operands of a call the cursor is in, from 0. */
  readonly operand: number;
  readonly part: "operands" | "axes" | "settings";
  /** The names of the settings before the cursor. */
  readonly given: readonly string[];
  /** If the first operand is a single name: that name. */
  readonly onlyName?: string;
}

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

const lists = new Map<TokenType, ListKind>([
  [t.Axes, "axes"],
  [t.Param, "param"],
  [t.Input, "input"],
  [t.Affine, "affine"],
  [t.State, "state"],
  [t.Output, "output"],
]);

interface Open {
  readonly bracket: Enclosing["bracket"];
  readonly name: string | undefined;
  operand: number;
  part: Enclosing["part"];
  given: string[];
  /** Its tokens, as far as they tell whether the first operand is a single name. */
  first: IToken[];
}

/** Where the cursor is, as far as the tokens before it tell. */
interface State {
  block: "file" | "import" | "function" | "norm" | "on";
  list: ListKind | undefined;
  /** Whether an equation, a function or the value of a declaration is being written. */
  inValue: boolean;
  target: string | undefined;
  open: Open[];
  /** Within an import: behind its braces. */
  pathExpected: boolean;
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

function readTokens(tokens: readonly IToken[]): State {
  const state: State = {
    block: "file",
    list: undefined,
    inValue: false,
    target: undefined,
    open: [],
    pathExpected: false,
  };
  tokens.forEach((token, i) => {
    read(state, token, tokens[i - 1]);
  });
  return state;
}

function beginItem(state: State, list?: ListKind): void {
  Object.assign(state, { list, inValue: false, target: undefined, open: [] });
}

function read(state: State, token: IToken, previous: IToken | undefined): void {
  const type = token.tokenType;
  const list = lists.get(type);
  if (list !== undefined) {
    beginItem(state, list);
    return;
  }
  const top = state.open.at(-1);
  switch (type) {
    case t.Norm:
    case t.Fn:
    case t.Import:
      beginItem(state);
      state.block = type === t.Norm ? "norm" : type === t.Fn ? "function" : "import";
      state.pathExpected = false;
      return;
    case t.On:
      beginItem(state);
      state.block = "on";
      return;
    case t.Target:
      beginItem(state);
      state.target = token.image;
      return;
    case t.CloseBrace:
      beginItem(state);
      if (state.block === "import") state.pathExpected = true;
      else state.block = state.block === "on" ? "norm" : "file";
      return;
    case t.Equals:
    case t.Arrow:
      if (top === undefined) state.inValue = true;
      else if (top.part === "settings" && previous?.tokenType === t.Name) top.given.push(previous.image);
      return;
    case t.Separator:
      state.inValue = false;
      return;
    case t.Comma:
      if (top !== undefined) top.operand += 1;
      return;
    case t.Over:
      if (top !== undefined) top.part = "axes";
      return;
    case t.Semicolon:
      if (top !== undefined) top.part = "settings";
      else beginItem(state);
      return;
    case t.OpenParen:
    case t.OpenBracket:
      // What is in brackets is more than a single name.
      top?.first.push(token, token);
      state.open.push(opened(state, type === t.OpenParen, previous));
      return;
    case t.CloseParen:
    case t.CloseBracket:
      state.open.pop();
      return;
    default:
      if (top?.part === "operands" && top.operand === 0) top.first.push(token);
  }
}

function opened(state: State, isParenthesis: boolean, previous: IToken | undefined): Open {
  const named = previous?.tokenType === t.Name || previous?.tokenType === t.Target;
  const isDims = state.list !== undefined && !state.inValue;
  const bracket = isParenthesis ? (named ? "call" : "group") : isDims ? "dims" : "place";
  const name = named ? previous?.image : undefined;
  return { bracket, name, operand: 0, part: "operands", given: [], first: [] };
}

function enclosingOf({ bracket, name, operand, part, given, first }: Open): Enclosing {
  const [only] = first.length === 1 && first[0]!.tokenType === t.Name ? first : [];
  return {
    bracket,
    operand,
    part,
    given,
    ...(name === undefined ? {} : { name }),
    ...(only === undefined ? {} : { onlyName: only.image }),
  };
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
