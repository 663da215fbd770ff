/** Calls as NumPy and PyTorch write them: `mean(x, C)`, `x.mean(dim=1)`, `torch.sum(x, axis=-1, keepdim=True)`. */
import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { axisAt, type Declared } from "./declared.ts";
import { partnersOf, splitAt, type Tokens, tokenAt } from "./tokens.ts";

export interface Call {
  readonly name: IToken;
  readonly open: IToken;
  /** What stands between the parentheses. */
  readonly inside: Tokens;
  readonly close: IToken;
  /** What it is a method of. */
  readonly receiver?: Tokens;
}

export type Reason = "positional" | "keyword" | "keepdim" | "setting" | "renamed" | "variance";

export interface Written {
  readonly tokens: Tokens;
  readonly reasons: ReadonlySet<Reason>;
  /** Axes were given that have no name here. */
  readonly lost: boolean;
}

const reductions = new Set(["sum", "mean", "var", "max", "min", "any", "all", "count", "standardize"]);
/** These also compare two values. */
const comparing = new Set(["max", "min"]);

const renamed: Readonly<Record<string, string>> = {
  amax: "max",
  amin: "min",
  maximum: "max",
  minimum: "min",
  fmax: "max",
  fmin: "min",
  power: "pow",
  absolute: "abs",
  fabs: "abs",
  clip: "clamp",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  detach: "stop_gradient",
  square_: "square",
  sqrt_: "sqrt",
  exp_: "exp",
};

const axisWords = new Set(["axis", "axes", "dim", "dims"]);
/** Whether a variance divides by n - 1. Here it divides by n. */
const unbiasedWords = new Set(["unbiased", "correction", "ddof"]);
const keepWords = new Set(["keepdim", "keepdims", "keep_dims"]);

/** Whether a call cannot be one of the language: a keyword argument stands before its semicolon, or is a word of NumPy. */
export function hasForeignArguments(call: Call): boolean {
  const [operands, over, settings] = sections(call);
  const isNamed = (part: Tokens): boolean => part[0]?.tokenType === t.Name && part[1]?.tokenType === t.Equals;
  return (
    [...operands, ...over].some((part) => isNamed(part) || isTuple(part)) ||
    settings.some((part) => isNamed(part) && keepWords.has(part[0]!.image))
  );
}

/** `(0, 1)` and `[0, 1]`, which are no expressions. */
function isTuple(part: Tokens): boolean {
  if (part[0]?.tokenType === t.OpenBracket) return true;
  // Not `(a) + f(b, c)`, whose first parenthesis is closed before the end.
  if (part[0]?.tokenType !== t.OpenParen || partnersOf(part).get(0) !== part.length - 1) return false;
  return splitAt(part.slice(1, -1), [t.Comma]).length > 1;
}

/** How the language writes a call of NumPy or PyTorch. */
export function written(call: Call, declared: Declared): Written {
  const reasons = new Set<Reason>();
  const isStd = call.name.image === "std" && !declared.values.has("std");
  const own = isStd ? "var" : declared.values.has(call.name.image) ? undefined : renamedTo(call.name.image);
  if (own !== undefined) reasons.add("renamed");
  const name = own === undefined ? call.name : tokenAt(call.name, t.Name, own);
  const [operands, over, settings] = sections(call);
  let axes: Tokens | undefined;
  let lost = false;
  const keep = (part: Tokens, isSetting: boolean): boolean => {
    const isNamed = part[0]?.tokenType === t.Name && part[1]?.tokenType === t.Equals;
    const word = isNamed ? part[0]!.image : undefined;
    if (word === undefined) return true;
    if (keepWords.has(word)) reasons.add("keepdim");
    else if (unbiasedWords.has(word)) {
      reasons.add("variance");
      if (part[2]?.image !== "False" && part[2]?.image !== "0") lost = true;
    } else if (axisWords.has(word)) {
      reasons.add("keyword");
      axes = part.slice(2);
    } else if (isSetting) return true;
    else {
      reasons.add("setting");
      settings.push(part);
    }
    return false;
  };
  const kept = operands.filter((one) => keep(one, false));
  const keptOver = over.filter((one) => keep(one, false));
  const keptSettings = settings.splice(0).filter((one) => keep(one, true));
  keptSettings.unshift(...settings);

  const overTokens: Tokens[] = [...keptOver];
  if (reductions.has(name.image) && keptOver.length === 0) {
    const positional = axes === undefined ? positionalAxes(name.image, kept, call, declared) : undefined;
    const all = axes === undefined && positional === undefined ? allAxes(kept, call, declared) : undefined;
    const wanted = axes === undefined ? (positional ?? all) : axisNames(axes, kept[0], declared);
    if (axes === undefined && positional !== undefined) {
      reasons.add("positional");
      kept.length = 1;
    }
    if (wanted !== undefined && wanted !== "unknown")
      overTokens.push(...wanted.map((one) => axisTokens(one, call.name)));
    else if (axes !== undefined || wanted === "unknown") lost = true;
  } else if (axes !== undefined) lost = true;
  if (name.image === "var" && (call.receiver !== undefined || isStd)) reasons.add("variance");

  const tokens = [
    name,
    call.open,
    ...joined(kept, call.open),
    ...(overTokens.length === 0
      ? []
      : [tokenAt(call.open, t.Over, "over"), ...joined(overTokens, call.open)]),
    ...(keptSettings.length === 0
      ? []
      : [tokenAt(call.open, t.Semicolon, ";"), ...joined(keptSettings, call.open)]),
    call.close,
  ];
  if (!isStd) return { tokens, reasons, lost };
  const root = [tokenAt(call.name, t.Name, "sqrt"), call.open, ...tokens, call.close];
  return { tokens: root, reasons, lost: lost || overTokens.length === 0 };
}

function renamedTo(name: string): string | undefined {
  return Object.hasOwn(renamed, name) ? renamed[name] : undefined;
}

/** Operands, axes after `over` and settings after a semicolon. */
function sections({ receiver, inside }: Call): [Tokens[], Tokens[], Tokens[]] {
  const [head = [], ...behind] = splitAt(inside, [t.Semicolon]);
  const [first = [], ...over] = splitAt(head, [t.Over]);
  const list = (tokens: Tokens): Tokens[] => [...splitAt(tokens, [t.Comma])].filter((one) => one.length > 0);
  return [
    [...(receiver === undefined ? [] : [receiver]), ...list(first)],
    over.flatMap(list),
    behind.flatMap(list),
  ];
}

function joined(parts: readonly Tokens[], place: IToken): Tokens {
  return parts.flatMap((part, i) => (i === 0 ? part : [tokenAt(place, t.Comma, ","), ...part]));
}

/** `mean(x, C)` and `sum(x, 0, 1)`. Undefined if the further operands are none. "unknown" if they name no axis here. */
function positionalAxes(
  name: string,
  [operand, ...rest]: readonly Tokens[],
  { receiver }: Call,
  declared: Declared,
): readonly string[] | "unknown" | undefined {
  if (rest.length === 0 || name === "standardize") return undefined;
  const ambiguous = comparing.has(name) && receiver === undefined;
  const isName = (part: Tokens): boolean =>
    part.at(-1)?.tokenType === t.Name &&
    declared.axes.has(part.at(-1)!.image) &&
    !declared.values.has(part.at(-1)!.image);
  if (ambiguous && !rest.every(isName)) return undefined;
  return axisNames(rest.length === 1 ? rest[0]! : joined(rest, rest[0]![0]!), operand, declared);
}

/** `x.mean()` runs over all axes. Of a function of the language, the checker asks for the axes. */
function allAxes(
  [operand, ...rest]: readonly Tokens[],
  { receiver }: Call,
  declared: Declared,
): readonly string[] | "unknown" | undefined {
  if (receiver === undefined || rest.length > 0) return undefined;
  const dims = operand?.length === 1 ? declared.tensors.get(operand[0]!.image) : undefined;
  return dims === undefined || dims.length === 0 ? "unknown" : dims;
}

/** Reads `C`, `...S`, `"C"`, `1`, `-1`, `(0, 1)` and `[N, C]`. */
function axisNames(
  given: Tokens,
  operand: Tokens | undefined,
  declared: Declared,
): readonly string[] | "unknown" {
  const isGroup = given[0]?.tokenType === t.OpenParen || given[0]?.tokenType === t.OpenBracket;
  const inner = isGroup ? given.slice(1, -1) : given;
  const dims = operand?.length === 1 ? declared.tensors.get(operand[0]!.image) : undefined;
  const found: string[] = [];
  for (const part of splitAt(inner, [t.Comma])) {
    const last = part.at(-1);
    if (last === undefined) continue;
    const name = axisOf(part, last, dims, declared);
    if (name === undefined) return "unknown";
    if (!found.includes(name)) found.push(name);
  }
  return found.length === 0 ? "unknown" : found;
}

function axisOf(
  part: Tokens,
  last: IToken,
  dims: readonly string[] | undefined,
  { axes }: Declared,
): string | undefined {
  const sign = part.length === 2 && part[0]!.tokenType === t.Minus ? -1 : 1;
  switch (last.tokenType) {
    case t.Name:
      return part.length === 1 || part[0]!.tokenType === t.Ellipsis ? axes.get(last.image) : undefined;
    case t.StringLiteral:
      return axes.get(last.image.slice(1, -1));
    case t.NumberLiteral:
      return dims === undefined || part.length > 2 ? undefined : axisAt(dims, sign * Number(last.image));
    default:
      return undefined;
  }
}

function axisTokens(name: string, place: IToken): Tokens {
  if (!name.startsWith("...")) return [tokenAt(place, t.Name, name)];
  return [tokenAt(place, t.Ellipsis, "..."), tokenAt(place, t.Name, name.slice(3))];
}
