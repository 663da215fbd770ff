/** What the text of a norm declares, read off its tokens: the rules need it before there is a tree. */
import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { beginsItem, endsOperand, type Tokens } from "./tokens.ts";

export interface Declared {
  /** Axes and factors by name: as they are written after `over`. */
  readonly axes: ReadonlyMap<string, string>;
  /** The axes of each tensor, as they are written. */
  readonly tensors: ReadonlyMap<string, readonly string[]>;
  readonly states: ReadonlySet<string>;
  /** Whatever has a value: tensors, params and equations. */
  readonly values: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

export function declaredIn(tokens: Tokens): Declared {
  const axes = new Map<string, string>();
  const tensors = new Map<string, readonly string[]>();
  const states = new Set<string>();
  const values = new Set<string>();
  const outputs = new Set<string>();
  let list: IToken | undefined;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const previous = tokens[i - 1];
    if (beginsItem(token)) [list, depth] = [token, 0];
    else if (token.tokenType === t.OpenBrace || token.tokenType === t.CloseBrace)
      [list, depth] = [undefined, 0];
    if (token.tokenType === t.OpenParen || token.tokenType === t.OpenBracket) depth++;
    else if (token.tokenType === t.CloseParen || token.tokenType === t.CloseBracket) depth--;
    if (token.tokenType !== t.Name || depth > 0) continue;
    // Without a comma before it, it belongs to no list.
    if (previous !== undefined && endsOperand(previous)) list = undefined;
    if (next?.tokenType === t.Equals && list?.tokenType !== t.Axes) values.add(token.image);
    switch (list?.tokenType) {
      case t.Axes:
        axes.set(token.image, previous?.tokenType === t.Ellipsis ? `...${token.image}` : token.image);
        break;
      case t.Input:
      case t.Affine:
      case t.State:
        if (previous !== list && previous?.tokenType !== t.Comma) break;
        tensors.set(token.image, dimsAt(tokens, i + 1));
        values.add(token.image);
        if (list.tokenType === t.State) states.add(token.image);
        break;
      case t.Output:
        if (previous === list || previous?.tokenType === t.Comma) outputs.add(token.image);
        break;
      default:
    }
  }
  return { axes, tensors, states, values, outputs };
}

function dimsAt(tokens: Tokens, at: number): readonly string[] {
  if (tokens[at]?.tokenType !== t.OpenBracket) return [];
  const dims: string[] = [];
  for (let i = at + 1; i < tokens.length && tokens[i]!.tokenType !== t.CloseBracket; i++) {
    const token = tokens[i]!;
    if (token.tokenType !== t.Name) continue;
    dims.push(tokens[i - 1]!.tokenType === t.Ellipsis ? `...${token.image}` : token.image);
  }
  return dims;
}

/** The axis at a place that is counted from 0, or from the end by a negative number. Undefined if it cannot be told. */
export function axisAt(dims: readonly string[], place: number): string | undefined {
  const variadic = dims.findIndex((one) => one.startsWith("..."));
  if (place < 0) return -place <= dims.length - 1 - variadic ? dims[dims.length + place] : undefined;
  return variadic < 0 || place < variadic ? dims[place] : undefined;
}
