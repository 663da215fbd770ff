/** Where in the language the cursor is, as far as the tokens before it tell. */
import type { IToken, TokenType } from "chevrotain";
import * as t from "../../../../grammar/tokens.ts";

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

const lists = new Map<TokenType, ListKind>([
  [t.Axes, "axes"],
  [t.Param, "param"],
  [t.Input, "input"],
  [t.Affine, "affine"],
  [t.State, "state"],
  [t.Output, "output"],
]);

export interface Open {
  readonly bracket: Enclosing["bracket"];
  readonly name: string | undefined;
  operand: number;
  part: Enclosing["part"];
  given: string[];
  /** Its tokens, as far as they tell whether the first operand is a single name. */
  first: IToken[];
}

/** Where the cursor is, as far as the tokens before it tell. */
export interface State {
  block: "file" | "import" | "function" | "norm" | "on";
  list: ListKind | undefined;
  /** Whether an equation, a function or the value of a declaration is being written. */
  inValue: boolean;
  target: string | undefined;
  open: Open[];
  /** Within an import: behind its braces. */
  pathExpected: boolean;
}

export function readTokens(tokens: readonly IToken[]): State {
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

export function enclosingOf({ bracket, name, operand, part, given, first }: Open): Enclosing {
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
